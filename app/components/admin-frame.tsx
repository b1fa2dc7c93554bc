import { NavMenu } from "@shopify/app-bridge-react";
import { AppProvider } from "@shopify/polaris";
import english from "@shopify/polaris/locales/en.json";
import type { LinkLikeComponentProps } from "@shopify/polaris/build/ts/src/utilities/link";
import { Link, useNavigate } from "@remix-run/react";
import { type ReactNode, useEffect } from "react";

/**
 * The embedded frame: App Bridge, Polaris and the navigation that Shopify draws beside it. Polaris is bundled with the app,
 * so its provider must be too: the library's own would bring a second copy with a context of its own.
 */
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
  useAdminNavigation();
  return (
    <>
      <script src={appBridgeUrl} data-api-key={apiKey} />
      <AppProvider i18n={english} linkComponent={PolarisLink}>
        <NavMenu>
          <Link to="/app" rel="home">
            Home
          </Link>
          <Link to="/app/journeys">Journeys</Link>
          <Link to="/app/campaigns">Campaigns</Link>
          <Link to="/app/log">Push log</Link>
          <Link to="/app/settings">Settings</Link>
        </NavMenu>
        <main>{children}</main>
      </AppProvider>
    </>
  );
}

/** Links that Shopify draws outside our page arrive as an event of App Bridge. */
function useAdminNavigation(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const follow = (event: Event) => {
      const href = event.target instanceof Element ? event.target.getAttribute("href") : null;
      if (href) navigate(href);
    };
    document.addEventListener("shopify:navigate", follow);
    return () => document.removeEventListener("shopify:navigate", follow);
  }, [navigate]);
}

/** Polaris links inside the app change the page without loading it anew. */
function PolarisLink({ url = "", external, children, ...rest }: LinkLikeComponentProps) {
  const opensOutside = external || /^(https?:|mailto:|shopify:)/.test(url);
  if (!opensOutside) {
    return (
      <Link to={url} {...rest}>
        {children}
      </Link>
    );
  }
  return (
    <a href={url} target={external ? "_blank" : undefined} rel={external ? "noopener noreferrer" : undefined} {...rest}>
      {children}
    </a>
  );
}
