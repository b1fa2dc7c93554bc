// What a strict web pixel finds around it: `shopify.extend`, and an API without the page.
self.startSandbox = function (given) {
  "use strict";
  const subscribers = [];
  const privacySubscribers = [];
  const early = [];

  function publish(event) {
    for (const [name, act] of subscribers) {
      if (name === event.name || name === "all_events" || name === "all_standard_events") act(event);
    }
  }
  self.onmessage = (message) => {
    const { event, privacy } = message.data;
    if (event) {
      early.push(event);
      publish(event);
    }
    if (privacy) for (const act of privacySubscribers) act({ customerPrivacy: privacy });
  };
  const nothing = {
    get: async () => "",
    set: async () => "",
    getItem: async () => null,
    setItem: async () => undefined,
    removeItem: async () => undefined,
  };
  self.shopify = {
    extend(_point, run) {
      run({
        analytics: {
          // Who subscribes late still hears what has happened on this page.
          async subscribe(name, act) {
            subscribers.push([name, act]);
            for (const event of early) if (event.name === name) act(event);
          },
        },
        browser: { cookie: nothing, localStorage: nothing, sessionStorage: nothing, sendBeacon: async () => false },
        init: given.init,
        settings: given.settings,
        customerPrivacy: { subscribe: (_name, act) => privacySubscribers.push(act) },
      });
    },
  };
};
