import { BlockStack, ButtonGroup, Button, Text } from "@shopify/polaris";
import { useState } from "react";

/** What a preview shows: composed words, as a browser would get them. */
export type PreviewMessage = {
  title: string;
  body: string;
  lang: string;
  dir: "ltr" | "rtl";
  icon: string | null;
  image: string | null;
  actions: { title: string }[];
};

export type PreviewPlatform = "android" | "windows" | "macos" | "ios";

const PLATFORMS: { id: PreviewPlatform; label: string; note: string }[] = [
  {
    id: "android",
    label: "Android",
    note: "Chrome shows the picture and both buttons once the message is opened out.",
  },
  { id: "windows", label: "Windows", note: "Chrome and Edge show all of it; Firefox leaves the picture out." },
  {
    id: "macos",
    label: "macOS",
    note: "No large picture; buttons appear on hover. Long titles are cut after about 35 letters.",
  },
  {
    id: "ios",
    label: "iPhone",
    note: "Home-screen apps only: no picture and no buttons; the text up to about 120 letters.",
  },
];

/** The message as four systems draw it. The look is ours, the proportions theirs. */
export function NotificationPreview({
  message,
  shopName,
  host,
}: {
  message: PreviewMessage;
  shopName: string;
  host: string;
}) {
  const [platform, setPlatform] = useState<PreviewPlatform>("android");
  const chosen = PLATFORMS.find(({ id }) => id === platform);

  return (
    <BlockStack gap="300">
      <ButtonGroup variant="segmented" fullWidth>
        {PLATFORMS.map(({ id, label }) => (
          <Button key={id} size="slim" pressed={id === platform} onClick={() => setPlatform(id)}>
            {label}
          </Button>
        ))}
      </ButtonGroup>
      <NotificationCard platform={platform} message={message} shopName={shopName} host={host} />
      <Text as="p" variant="bodySm" tone="subdued">
        {chosen?.note}
      </Text>
    </BlockStack>
  );
}

type CardProps = { platform: PreviewPlatform; message: PreviewMessage; shopName: string; host: string };

/** One system's notification, by itself: for lists. */
export function NotificationCard({ platform, message, shopName, host }: CardProps) {
  const { title, body, lang, dir, icon, image, actions } = message;
  const words = (
    <div className="bk-note-words" lang={lang} dir={dir}>
      <div className="bk-note-title">{title || "\u00a0"}</div>
      <div className="bk-note-body">{body || "\u00a0"}</div>
      {platform === "windows" && <div className="bk-note-host">{host}</div>}
    </div>
  );
  const picture = <Icon source={icon} shopName={shopName} />;
  const showsImage = image !== null && (platform === "android" || platform === "windows");
  const showsActions = actions.length > 0 && (platform === "android" || platform === "windows");

  return (
    <div className={`bk-stage bk-stage-${platform}`}>
      <div className={`bk-note bk-note-${platform}`} role="img" aria-label={`${title}. ${body}`} dir={dir}>
        {platform === "android" && (
          <div className="bk-note-head">
            <span className="bk-note-app" aria-hidden />
            <span>Chrome · {host} · now</span>
          </div>
        )}
        {platform === "windows" && (
          <div className="bk-note-head">
            <span className="bk-note-app" aria-hidden />
            <span>Google Chrome</span>
            <span className="bk-note-close" aria-hidden>
              ✕
            </span>
          </div>
        )}
        <div className="bk-note-main">
          {platform !== "android" && picture}
          {words}
          {platform === "android" && picture}
          {(platform === "ios" || platform === "macos") && <span className="bk-note-now">now</span>}
        </div>
        {showsImage && <img className="bk-note-image" src={image} alt="" />}
        {showsActions && (
          <div className="bk-note-actions">
            {actions.map((action, index) => (
              <span key={index} className="bk-note-action">
                {action.title}
              </span>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

function Icon({ source, shopName }: { source: string | null; shopName: string }) {
  if (source) return <img className="bk-note-icon" src={source} alt="" />;
  return (
    <span className="bk-note-icon bk-note-letter" aria-hidden>
      {(shopName.trim()[0] ?? "?").toUpperCase()}
    </span>
  );
}
