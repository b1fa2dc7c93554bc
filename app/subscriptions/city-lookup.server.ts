import maxmind from "maxmind";
import type { CityResponse, Reader } from "maxmind";

/** Where an address is, as far as the operator's MaxMind file knows. The address itself is not kept. */
export type CityLookup = (address: string | null) => { city: string | null; country: string | null };

const NOWHERE = { city: null, country: null };
const readers = new Map<string, Promise<Reader<CityResponse> | null>>();

/**
 * Opens GEOIP_FILE once per process. Without a file, or with one that cannot be read, nothing is known.
 *
 * @param onProblem told once when the file cannot be opened
 */
export async function cityLookup(
  file: string | null,
  onProblem: (error: unknown) => void = () => {},
): Promise<CityLookup> {
  if (file === null) return () => NOWHERE;
  let opening = readers.get(file);
  if (!opening) {
    opening = maxmind.open<CityResponse>(file).catch((error: unknown) => {
      onProblem(error);
      return null;
    });
    readers.set(file, opening);
  }
  const reader = await opening;
  return (address) => {
    if (reader === null || address === null || !maxmind.validate(address)) return NOWHERE;
    const found = reader.get(address);
    return { city: found?.city?.names.en ?? null, country: found?.country?.iso_code ?? null };
  };
}
