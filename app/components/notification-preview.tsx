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
    note: "Opened out. The title has one line, and so has the text when there is a picture.",
  },
  {
    id: "windows",
    label: "Windows",
    note: "Chrome and Edge show all of it: two lines of title, four of text. Firefox leaves the picture out.",
  },
  {
    id: "macos",
    label: "macOS",
    note: "Chrome shows no large picture and keeps the buttons under Options; Safari has no buttons. One line of title.",
  },
  {
    id: "ios",
    label: "iPhone",
    note: "Home-screen apps only: no picture, no buttons, and the icon of the app. One line of title, four of text.",
  },
];

/** No browser shows more. */
const MOST_BUTTONS = 2;

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
  const showsImage = image !== null && (platform === "android" || platform === "windows");
  const buttons = platform === "ios" ? [] : actions.slice(0, MOST_BUTTONS);
  const words = (
    <div className="bk-note-words" lang={lang} dir={dir}>
      <div className="bk-note-title">{title || "\u00a0"}</div>
      {platform === "ios" && <div className="bk-note-host">{`from ${shopName}`}</div>}
      <div className={showsImage ? "bk-note-body bk-note-beside-image" : "bk-note-body"}>{body || "\u00a0"}</div>
      {(platform === "windows" || platform === "macos") && <div className="bk-note-host">{host}</div>}
    </div>
  );
  const picture = <Icon source={icon} shopName={shopName} />;

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
        {platform === "windows" && showsImage && <img className="bk-note-image" src={image} alt="" />}
        <div className="bk-note-main">
          {platform !== "android" && picture}
          {words}
          {platform === "android" && picture}
          {(platform === "ios" || platform === "macos") && <span className="bk-note-now">now</span>}
        </div>
        {platform === "android" && showsImage && <img className="bk-note-image" src={image} alt="" />}
        {buttons.length > 0 && (
          <div className="bk-note-actions" lang={lang}>
            {platform === "macos" && <span className="bk-note-options">Options</span>}
            {buttons.map((action, index) => (
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
