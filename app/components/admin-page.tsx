import { Banner, BlockStack, Button, Card, InlineStack, List, Page, Text } from "@shopify/polaris";
import type { ReactNode } from "react";

// The frame of every page. Polaris stands behind these few pieces, so that another library can take its place.

export type PageAction = { label: string; onClick?: () => void; url?: string; disabled?: boolean; loading?: boolean };

type AdminPageProps = {
  title: string;
  subtitle?: string;
  back?: { label: string; url: string };
  badge?: ReactNode;
  primary?: PageAction;
  secondary?: PageAction[];
  narrow?: boolean;
  children: ReactNode;
};

export function AdminPage({ title, subtitle, back, badge, primary, secondary, narrow, children }: AdminPageProps) {
  return (
    <Page
      title={title}
      subtitle={subtitle}
      narrowWidth={narrow}
      titleMetadata={badge}
      {...(back ? { backAction: { content: back.label, url: back.url } } : {})}
      {...(primary ? { primaryAction: actionOf(primary) } : {})}
      {...(secondary ? { secondaryActions: secondary.map(actionOf) } : {})}
    >
      <BlockStack gap="400">
        {children}
        <div style={{ blockSize: "var(--p-space-800)" }} />
      </BlockStack>
    </Page>
  );
}

/** A titled card. `flush` leaves the padding to the content: lists run to the edge. */
export function Panel({
  title,
  description,
  action,
  flush,
  children,
}: {
  title?: string;
  description?: ReactNode;
  action?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  const head = title ? (
    <BlockStack gap="100">
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <Text as="h2" variant="headingMd">
          {title}
        </Text>
        {action}
      </InlineStack>
      {description ? (
        <Text as="p" tone="subdued">
          {description}
        </Text>
      ) : null}
    </BlockStack>
  ) : null;

  if (flush) {
    return (
      <Card padding="0">
        {head ? <div style={{ padding: "var(--p-space-400)" }}>{head}</div> : null}
        {children}
      </Card>
    );
  }
  return (
    <Card>
      <BlockStack gap="300">
        {head}
        {children}
      </BlockStack>
    </Card>
  );
}

/** A group of settings: what it is about beside (on a phone above) its fields. */
export function SettingsGroup({
  title,
  description,
  children,
}: {
  title: string;
  description: string;
  children: ReactNode;
}) {
  return (
    <section className="bk-settings-group">
      <div className="bk-inset">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {title}
          </Text>
          <Text as="p" tone="subdued">
            {description}
          </Text>
        </BlockStack>
      </div>
      <Card>
        <BlockStack gap="400">{children}</BlockStack>
      </Card>
    </section>
  );
}

/** Content that stands on the page itself, not on a card: on a phone it keeps off the screen's edge. */
export function Inset({ children }: { children: ReactNode }) {
  return <div className="bk-inset">{children}</div>;
}

/** What stands where a list would be. */
export function NothingHere({ title, children, action }: { title: string; children: ReactNode; action?: PageAction }) {
  return (
    <div className="bk-nothing">
      <svg viewBox="0 0 200 200" width="112" height="112" aria-hidden>
        <circle cx="100" cy="100" r="84" fill="var(--p-color-bg-surface-secondary)" />
        <path
          d="M100 54c-19 0-31 14-31 33v20l-9 14h80l-9-14V87c0-19-12-33-31-33z"
          fill="var(--p-color-bg-fill-tertiary-active)"
        />
        <path d="M88 129a12 12 0 0 0 24 0z" fill="var(--p-color-icon-secondary)" />
      </svg>
      <Text as="h2" variant="headingMd" alignment="center">
        {title}
      </Text>
      <Text as="p" tone="subdued" alignment="center">
        {children}
      </Text>
      {action ? (
        <Button variant="primary" onClick={action.onClick} url={action.url}>
          {action.label}
        </Button>
      ) : null}
    </div>
  );
}

export function Notice({
  tone,
  title,
  children,
  action,
  onDismiss,
}: {
  tone: "info" | "success" | "warning" | "critical";
  title: string;
  children?: ReactNode;
  action?: PageAction;
  onDismiss?: () => void;
}) {
  return (
    <Banner
      tone={tone}
      title={title}
      {...(action ? { action: { content: action.label, url: action.url, onAction: action.onClick } } : {})}
      {...(onDismiss ? { onDismiss } : {})}
    >
      {children}
    </Banner>
  );
}

/** Problems of a form, for who does not see the field they belong to. */
export function ProblemList({ title, problems, note }: { title: string; problems: string[]; note?: string }) {
  if (problems.length === 0) return null;
  return (
    <Banner tone="critical" title={title}>
      {note ? <Text as="p">{note}</Text> : null}
      <List>
        {problems.map((problem) => (
          <List.Item key={problem}>{problem}</List.Item>
        ))}
      </List>
    </Banner>
  );
}

/** Names and values, one pair a line. Pairs without a value are left out. */
export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
  return (
    <dl className="bk-facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function actionOf(action: PageAction) {
  return {
    content: action.label,
    onAction: action.onClick,
    url: action.url,
    disabled: action.disabled,
    loading: action.loading,
  };
}
