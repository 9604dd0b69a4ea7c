/* Website tracking. Sends what a visitor does on this site to the site owner's own server.
   One first-party cookie (sc), no third parties, nothing before consent where it is asked for,
   nothing at all from browsers that say no. */
(function (window, document, config) {
  "use strict";

  if (window.eS && window.eS.ready) { return; }
  var tag = document.currentScript;
  var asks = !!tag && tag.dataset.consent === "ask";
  var waiting = (window.eS && window.eS.q) || [];
  var started = false;
  var held = [];
  var ticket = takeTicket();

  /* Cookies */

  function cookie(name) {
    var found = document.cookie.match(new RegExp("(?:^|; )" + name + "=([^;]*)"));
    return found ? decodeURIComponent(found[1]) : "";
  }

  function setCookie(name, value, days) {
    var host = location.hostname.replace(/^www\./, "");
    var shared = /^[0-9.]+$|:/.test(host) || host.indexOf(".") < 0 ? "" : "; domain=" + host;
    document.cookie = name + "=" + value + "; path=/; max-age=" + days * 86400 + "; samesite=lax" +
      shared + (location.protocol === "https:" ? "; secure" : "");
  }

  function visitor() {
    var known = cookie("sc");
    if (!/^[A-Za-z0-9_-]{8,64}$/.test(known)) { known = newId(); }
    setCookie("sc", known, 365);
    return known;
  }

  function newId() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, function (byte) {
      return (byte + 256).toString(16).slice(1);
    }).join("");
  }

  /* May we? */

  function refused() {
    return cookie("sc_off") === "1" || navigator.globalPrivacyControl === true ||
      navigator.doNotTrack === "1";
  }

  function allowed() { return !refused() && (!asks || cookie("sc_ok") === "1"); }

  /* Sending */

  function page() {
    return {
      url: location.href.split("#")[0],
      title: document.title.slice(0, 300),
      referrer: document.referrer
    };
  }

  function general(eventName) {
    var said = page();
    said.eventName = eventName;
    said.siteId = config.site;
    said.datetime = Date.now();
    said.cookies = { sc: visitor() };
    if (ticket) { said.ticket = ticket; ticket = ""; }
    return said;
  }

  function post(address, body) {
    var text = JSON.stringify(body);
    try {
      return window.fetch(address, {
        method: "POST", body: text, keepalive: text.length < 60000, mode: "cors",
        credentials: "omit", headers: { "Content-Type": "text/plain" }
      }).catch(function () {});
    } catch (error) {
      if (navigator.sendBeacon) { navigator.sendBeacon(address, text); }
      return Promise.resolve();
    }
  }

  function send(eventName, payload) {
    if (!allowed()) {
      if (!refused()) { held.push([eventName, payload]); held.splice(0, held.length - 20); }
      return;
    }
    var body = { GeneralInfo: general(eventName) };
    payload = payload || {};
    if (eventName === "CustomerData") {
      copy(payload.CustomerData || payload, body.GeneralInfo);
    } else if (eventName in payload) {
      copy(payload, body);
    } else if (Object.keys(payload).length) {
      body[eventName] = payload;
    }
    post(config.collect, body);
  }

  function copy(from, to) {
    Object.keys(from).forEach(function (name) {
      if (name !== "GeneralInfo" && !(name in to)) { to[name] = from[name]; }
    });
  }

  function takeTicket() {
    var found = location.search.match(/[?&]sc_ticket=([^&]*)/);
    if (!found) { return ""; }
    var rest = location.search.replace(/([?&])sc_ticket=[^&]*&?/, "$1").replace(/[?&]$/, "");
    try { history.replaceState(history.state, "", location.pathname + rest + location.hash); }
    catch (error) { /* a sandboxed page has no history */ }
    return decodeURIComponent(found[1]);
  }

  /* Pushes */

  function place() {
    var labels = location.hostname.split(".");
    for (var at = 0; at < labels.length; at++) {
      var found = config.push.places[labels.slice(at).join(".")];
      if (found) { return found; }
    }
    return null;
  }

  function subscribePush(done) {
    var where = place();
    done = done || function () {};
    if (!where || !("serviceWorker" in navigator) || !("PushManager" in window) || !allowed()) {
      done(false);
      return;
    }
    Notification.requestPermission().then(function (answer) {
      if (answer !== "granted") { throw new Error(answer); }
      return navigator.serviceWorker.register(where.worker, { scope: where.scope });
    }).then(active).then(function (registration) {
      return registration.pushManager.subscribe({
        userVisibleOnly: true, applicationServerKey: bytes(config.push.key)
      });
    }).then(keep).then(function () { done(true); }, function () { done(false); });
  }

  function active(registration) {
    var worker = registration.installing || registration.waiting;
    if (registration.active || !worker) { return registration; }
    return new Promise(function (resolve) {
      worker.addEventListener("statechange", function () {
        if (worker.state === "activated") { resolve(registration); }
      });
    });
  }

  function keep(subscription) {
    var said = general("PushSubscription");
    said.userAgent = navigator.userAgent;
    said.language = navigator.language;
    return post(config.push.collect, { GeneralInfo: said, subscription: subscription.toJSON() });
  }

  function unsubscribePush(done) {
    var where = place();
    done = done || function () {};
    if (!where || !("serviceWorker" in navigator)) { done(false); return; }
    navigator.serviceWorker.getRegistration(where.scope).then(function (registration) {
      return registration && registration.pushManager.getSubscription();
    }).then(function (subscription) {
      if (!subscription) { return null; }
      var said = general("PushSubscription");
      return post(config.push.collect, {
        GeneralInfo: said, subscription: subscription.toJSON(), gone: true
      }).then(function () { return subscription.unsubscribe(); });
    }).then(function () { done(true); }, function () { done(false); });
  }

  function bytes(text) {
    var padded = text.replace(/-/g, "+").replace(/_/g, "/") + "===".slice((text.length + 3) % 4);
    return Uint8Array.from(window.atob(padded), function (sign) { return sign.charCodeAt(0); });
  }

  /* What pages call: eS("sendEvent", "ProductPage", {…}) */

  var commands = {
    init: function (options) {
      if (started) { return; }
      started = true;
      if (!options || options.TRACKING !== false) { send("PageView"); }
    },
    sendEvent: send,
    sendEventWithTags: send,
    consent: function () {
      setCookie("sc_ok", "1", 365);
      held.splice(0).forEach(function (one) { send(one[0], one[1]); });
    },
    optOut: function () {
      held = [];
      setCookie("sc_off", "1", 3650);
      setCookie("sc", "", 0);
    },
    optIn: function () { setCookie("sc_off", "", 0); },
    subscribePush: subscribePush,
    unsubscribePush: unsubscribePush
  };

  function run(args) {
    var command = commands[args[0]];
    if (command) { command(args[1], args[2]); }
  }

  window.eS = function () { run(arguments); };
  window.eS.ready = true;
  /* The snippet says init itself; a page that has options says it once more. */
  var told = Array.prototype.filter.call(waiting, function (args) {
    return args[0] === "init" && args[1];
  })[0];
  commands.init(told && told[1]);
  Array.prototype.forEach.call(waiting, run);
})(window, document, __CONFIG__);
