import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { json } from "@remix-run/node";
import { Form, useActionData } from "@remix-run/react";
import { login } from "../shopify.server.ts";

export async function loader({ request }: LoaderFunctionArgs) {
  return json(describe(await login(request)));
}

export async function action({ request }: ActionFunctionArgs) {
  return json(describe(await login(request)));
}

function describe({ shop }: { shop?: string }) {
  if (shop === "MISSING_SHOP") return { problem: "Please enter your shop's address." };
  if (shop === "INVALID_SHOP") return { problem: "This is no shop's address. It ends in .myshopify.com." };
  return { problem: null };
}

/** For who opens the app outside Shopify's admin: leads to the install page of the shop. */
export default function Login() {
  const answered = useActionData<typeof action>();
  const problem = answered?.problem ?? null;

  return (
    <main style={{ fontFamily: "system-ui, sans-serif", maxWidth: "26rem", margin: "15vh auto", padding: "0 1.25rem" }}>
      <h1 style={{ fontSize: "1.5rem" }}>Beckon</h1>
      <p>Open the app from your Shopify admin, or enter your shop&rsquo;s address to install it.</p>
      <Form method="post">
        <label style={{ display: "block", fontWeight: 600, marginBottom: ".375rem" }} htmlFor="shop">
          Shop address
        </label>
        <input
          id="shop"
          name="shop"
          type="text"
          autoComplete="on"
          placeholder="example.myshopify.com"
          aria-describedby={problem ? "problem" : undefined}
          aria-invalid={problem ? true : undefined}
          style={{ width: "100%", boxSizing: "border-box", padding: ".625rem", fontSize: "1rem" }}
        />
        {problem && (
          <p id="problem" role="alert" style={{ color: "#8e1f0b" }}>
            {problem}
          </p>
        )}
        <button type="submit" style={{ marginTop: "1rem", padding: ".625rem 1.25rem", fontSize: "1rem" }}>
          Continue
        </button>
      </Form>
    </main>
  );
}
