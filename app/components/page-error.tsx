import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { AdminPage, NothingHere } from "./admin-page.tsx";

/**
 * What a page shows instead of itself. Shopify's sign-in answers come as thrown responses with a little HTML of their own
 * (App Bridge reads it), and must be rendered as they are.
 */
export function PageError() {
  const error = useRouteError();
  if (isRouteErrorResponse(error)) {
    const message = messageOf(error.data);
    if (error.status === 404) {
      return (
        <AdminPage title="Not found" back={{ label: "Home", url: "/app" }}>
          <NothingHere title="There is nothing here" action={{ label: "Go to Home", url: "/app" }}>
            {message ?? "It may have been deleted, or the address is mistyped."}
          </NothingHere>
        </AdminPage>
      );
    }
    if (typeof error.data === "string") return <div dangerouslySetInnerHTML={{ __html: error.data }} />;
  }
  return (
    <AdminPage title="Something went wrong">
      <NothingHere title="This page could not be shown" action={{ label: "Go to Home", url: "/app" }}>
        It was noted in the server’s log. Trying again may help.
      </NothingHere>
    </AdminPage>
  );
}

function messageOf(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("message" in data)) return null;
  return typeof data.message === "string" ? data.message : null;
}
