/** Days of the Unix epoch in Julian days. */
const EPOCH_JULIAN = 2_440_587.5;
const DAY_MS = 86_400_000;
const MONTH_DAYS = 29.530588861;
/** How far the clocks are behind the time that astronomers count in; it grows by about a second in two years. */
const DELTA_T_MS = 70_000;

/**
 * The new moon nearest to an instant, to about a minute (Meeus, Astronomical Algorithms, chapter 49, without the smallest
 * terms). ICU's Chinese calendar is off by a day where a new moon is minutes from midnight, as in February 2027.
 */
export function nearestNewMoon(at: Date): Date {
  const julian = at.getTime() / DAY_MS + EPOCH_JULIAN;
  // The true moon can be half a day before or after the mean one; the nearest of three is right.
  const near = Math.round((julian - 2_451_550.1) / MONTH_DAYS);
  const moons = [near - 1, near, near + 1].map((lunation) => trueNewMoon(lunation));
  const distance = (moon: Date) => Math.abs(moon.getTime() - at.getTime());
  return moons.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

function trueNewMoon(k: number): Date {
  const t = k / 1236.85;
  const mean = 2_451_550.09766 + MONTH_DAYS * k + 0.00015437 * t ** 2 - 0.00000015 * t ** 3;
  const e = 1 - 0.002516 * t - 0.0000074 * t ** 2;
  const sun = 2.5534 + 29.1053567 * k - 0.0000014 * t ** 2;
  const moon = 201.5643 + 385.81693528 * k + 0.0107582 * t ** 2;
  const latitude = 160.7108 + 390.67050284 * k - 0.0016118 * t ** 2;
  const node = 124.7746 - 1.56375588 * k + 0.0020672 * t ** 2;

  const days =
    -0.4072 * sin(moon) +
    0.17241 * e * sin(sun) +
    0.01608 * sin(2 * moon) +
    0.01039 * sin(2 * latitude) +
    0.00739 * e * sin(moon - sun) -
    0.00514 * e * sin(moon + sun) +
    0.00208 * e ** 2 * sin(2 * sun) -
    0.00111 * sin(moon - 2 * latitude) -
    0.00057 * sin(moon + 2 * latitude) +
    0.00056 * e * sin(2 * moon + sun) -
    0.00042 * sin(3 * moon) +
    0.00042 * e * sin(sun + 2 * latitude) +
    0.00038 * e * sin(sun - 2 * latitude) -
    0.00024 * e * sin(2 * moon - sun) -
    0.00017 * sin(node) +
    0.000325 * sin(299.77 + 0.107408 * k - 0.009173 * t ** 2) +
    0.000165 * sin(251.88 + 0.016321 * k) +
    0.000164 * sin(251.83 + 26.651886 * k) +
    0.000126 * sin(349.42 + 36.412478 * k) +
    0.00011 * sin(84.66 + 18.206239 * k);
  return new Date((mean + days - EPOCH_JULIAN) * DAY_MS - DELTA_T_MS);
}

function sin(degrees: number): number {
  return Math.sin((degrees * Math.PI) / 180);
}
