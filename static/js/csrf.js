/* The token of who is signed in now, which the cookie has; the page's own is of who opened it (another tab may have signed
   in since). Sets window.portalToken. */
window.portalToken = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1]
  || document.querySelector("meta[name=csrf-token]")?.content || "";
