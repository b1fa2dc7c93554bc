/**
 * Liquid and cart.js give every amount in hundredths, whatever the currency: ¥1,200 is 120000 and 1.500 KD is 150. The app
 * counts in minor units: 1200 and 1500.
 */
export function minorUnits(hundredths: number, currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  return Math.round((hundredths * 10 ** maximumFractionDigits!) / 100);
}
