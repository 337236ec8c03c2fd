"""Files that come in pieces and over broken connections: the server's side of tus 1.0.0 (https://tus.io), and what
happens when the last byte has come. The page's side is ``static/js/upload.js``; why so, docs/adr/0015."""
