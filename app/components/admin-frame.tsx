import { NavMenu } from "@shopify/app-bridge-react";
import { AppProvider } from "@shopify/shopify-app-remix/react";
import { Link } from "@remix-run/react";
import type { ReactNode } from "react";

/** The embedded frame: App Bridge, Polaris and the navigation that Shopify draws beside it. */
export function AdminFrame({
  apiKey,
  appBridgeUrl,
  children,
}: {
  apiKey: string;
  /** Shopify's script, or the stand-in of the simulated admin. */
  appBridgeUrl: string;
  children: ReactNode;
}) {
  return (
    <AppProvider isEmbeddedApp apiKey={apiKey} __APP_BRIDGE_URL={appBridgeUrl}>
      <NavMenu>
        <Link to="/app" rel="home">
          Home
        </Link>
        <Link to="/app/journeys">Journeys</Link>
        <Link to="/app/log">Push log</Link>
        <Link to="/app/settings">Settings</Link>
      </NavMenu>
      {children}
    </AppProvider>
  );
}
