import { useNavigation } from "@remix-run/react";

/** A thin line while the next page is fetched. */
export function LoadingBar() {
  const isLoading = useNavigation().state !== "idle";
  return (
    <div
      className="bk-loading"
      data-loading={isLoading}
      role="progressbar"
      aria-hidden={!isLoading}
      aria-label="Loading"
    />
  );
}
