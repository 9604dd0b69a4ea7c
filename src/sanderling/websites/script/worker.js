/* Shows pushes of this site and opens what they lead to. */
(function (worker, config) {
  "use strict";

  function tell(message, status) {
    if (!message.iid) { return Promise.resolve(); }
    return fetch(config.collect, {
      method: "POST", mode: "cors", credentials: "omit", headers: { "Content-Type": "text/plain" },
      body: JSON.stringify({ interaction: message.iid, status: status })
    }).catch(function () {});
  }

  worker.addEventListener("push", function (event) {
    var message = {};
    try { message = event.data.json(); } catch (error) { return; }
    var shown = worker.registration.showNotification(message.title || "", {
      body: message.text || "", icon: message.icon || undefined, image: message.image || undefined,
      tag: message.tag || undefined, data: message
    });
    event.waitUntil(Promise.all([shown, tell(message, "DELIVERED")]));
  });

  worker.addEventListener("notificationclick", function (event) {
    var message = event.notification.data || {};
    event.notification.close();
    var opened = /^https?:/.test(message.link || "") ?
      worker.clients.openWindow(message.link) : Promise.resolve();
    event.waitUntil(Promise.all([opened, tell(message, "CLICKED")]));
  });
})(self, __CONFIG__);
