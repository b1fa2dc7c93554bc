import { Link } from "@shopify/polaris";
import type { ReactNode } from "react";

/** A link to another page of the admin. */
export function InnerLink({ to, children }: { to: string; children: ReactNode }) {
  return <Link url={to}>{children}</Link>;
}
