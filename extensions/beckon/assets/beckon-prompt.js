"use strict";(()=>{function w(t,n,e){let o=[n,n.split("-")[0],e,"en"].find(i=>Object.hasOwn(t,i))??Object.keys(t)[0];return o===void 0?void 0:t[o]}var S=["ar","he","iw","fa","ur","yi","ps","sd","ug","ckb","dv"];function T(t){return S.includes(t.toLowerCase().split("-")[0])?"rtl":"ltr"}var $=["form[action*='/cart/add'] [type=submit]","[name=checkout]",".button--primary",".btn--primary",".button:not(.button--secondary)",".btn"],f=[255,255,255],y=[18,18,18];function E(t){let n=getComputedStyle(document.body),e=l(n.backgroundColor)??l(getComputedStyle(document.documentElement).backgroundColor)??f,r=v(e,4.5,[l(n.color),y,f]),o=z(e),i=v(e,3,[t?l(t):void 0,o?.fill,r]),a=v(i,4.5,[i===o?.fill?o.ink:void 0,f,y]);return{font:n.fontFamily,ground:h(e),ink:h(r),accent:h(i),onAccent:h(a),radius:`${Math.min(o?.radius??8,28)}px`}}function z(t){for(let n of $)for(let e of[...document.querySelectorAll(n)].slice(0,5)){let r=getComputedStyle(e),o=l(r.backgroundColor);if(o&&x(o,t)>=3&&!e.matches(":disabled"))return{fill:o,ink:l(r.color),radius:parseFloat(r.borderTopLeftRadius)||0}}}function l(t){let n=document.createElement("canvas");n.width=n.height=1;let e=n.getContext("2d");if(!e)return;e.fillStyle=t,e.fillRect(0,0,1,1);let[r,o,i,a]=e.getImageData(0,0,1,1).data;return a>200?[r,o,i]:void 0}function v(t,n,e){let r=x(f,t)>x(y,t)?f:y;return e.find(o=>o&&x(o,t)>=n)??r}function x(t,n){let[e,r]=[R(t),R(n)];return(Math.max(e,r)+.05)/(Math.min(e,r)+.05)}function R(t){let[n,e,r]=t.map(o=>{let i=o/255;return i<=.04045?i/12.92:((i+.055)/1.055)**2.4});return .2126*n+.7152*e+.0722*r}function h(t){return`rgb(${t.join(" ")})`}function L({name:t,position:n,locale:e,accent:r,html:o,css:i,onEscape:a}){let s=document.createElement("div");s.dataset.beckon=t,s.dataset.position=n,s.lang=e,s.dir=T(e);let p=E(r);for(let[c,C]of Object.entries(p))s.style.setProperty(`--${c}`,C);let d=s.attachShadow({mode:"open"});d.innerHTML=`<style>${O}${i}</style><div class="card" role="dialog" aria-labelledby="title" aria-describedby="text" tabindex="-1">${o}</div>`;let k=d.querySelector(".card"),b=document.activeElement;document.body.append(s),b?.matches("input, textarea, select, [contenteditable]")||k.focus({preventScroll:!0});let g=c=>{c.key!=="Escape"||c.defaultPrevented||(c.preventDefault(),a())};return document.addEventListener("keydown",g),{root:d,close(){document.removeEventListener("keydown",g);let c=d.activeElement!==null;s.remove(),c&&b?.isConnected&&b.focus({preventScroll:!0})}}}function u(t){return t.replace(/[&<>"]/g,n=>`&#${n.charCodeAt(0)};`)}var O=`
:host{all:initial;position:fixed;z-index:2147483000;inset-inline:12px;bottom:calc(12px + env(safe-area-inset-bottom));
font-family:var(--font);color:var(--ink);direction:inherit;font-size:15px;line-height:1.5;-webkit-font-smoothing:antialiased;
-webkit-text-size-adjust:100%;animation:in .32s cubic-bezier(.2,.8,.2,1) both}
:host([dir=rtl]){direction:rtl}
:host([data-position=top]){bottom:auto;top:calc(12px + env(safe-area-inset-top));--from:-16px}
:host([data-position=center]){bottom:auto;top:50%;translate:0 -50%}
@media(min-width:600px){:host{inset-inline:24px auto;bottom:24px;width:392px}
:host([data-position=top]),:host([data-position=center]){inset-inline:0;margin-inline:auto}
:host([data-position=top]){top:16px}}
@keyframes in{from{opacity:0;transform:translateY(var(--from,16px))}}
@media(prefers-reduced-motion:reduce){:host{animation:none}}
*{box-sizing:border-box;margin:0}
.card{background:var(--ground);border:1px solid rgb(from var(--ink) r g b/.12);border-radius:clamp(6px,var(--radius),18px);padding:20px;
box-shadow:0 1px 2px rgb(0 0 0/.06),0 12px 40px rgb(0 0 0/.18);outline:0;max-height:calc(100dvh - 24px);overflow:auto}
.head{display:flex;gap:14px;align-items:flex-start}
.mark{flex:none;width:44px;height:44px;border-radius:12px;display:grid;place-items:center;object-fit:cover;
background:rgb(from var(--accent) r g b/.1);color:var(--accent)}
h2{font:600 17px/1.3 var(--font);text-wrap:balance}
p{font-size:14.5px;margin-top:4px;opacity:.82;text-wrap:pretty}
.row{display:flex;flex-wrap:wrap;gap:8px;margin-top:18px}
button{flex:1 1 auto;min-height:44px;min-width:44px;padding:10px 18px;border-radius:min(var(--radius),22px);border:1px solid transparent;
font:500 15px/1.3 var(--font);color:inherit;background:transparent;cursor:pointer;-webkit-tap-highlight-color:transparent}
button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.main{background:var(--accent);color:var(--onAccent);font-weight:600}
.main:hover{filter:brightness(1.08)}
.quiet{border-color:rgb(from var(--ink) r g b/.22)}
.quiet:hover{background:rgb(from var(--ink) r g b/.06)}
@media(forced-colors:active){.card,button{border:1px solid CanvasText}}
`.replace(/\n/g,"");var{Beckon:m}=window;m.prompt={show:_};var M='<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M6 9a6 6 0 1 1 12 0c0 5 2 6.5 2 7.5H4C4 15.5 6 14 6 9Z"/><path d="M10 20a2.2 2.2 0 0 0 4 0"/></svg>',P=".main{flex-grow:2}";function _(t){let{page:n}=m,{config:e,locale:r,accent:o,icon:i}=n,a=w(e.prompt.texts,r,e.defaultLocale);if(!a)return;let s=i?`<img class="mark" src="${u(i)}" alt="" width="44" height="44">`:`<span class="mark" aria-hidden="true">${M}</span>`,p=L({name:"prompt",position:e.prompt.position,locale:r,accent:o,css:P,html:`<div class="head">${s}<div><h2 id="title">${u(a.title)}</h2><p id="text">${u(a.body)}</p></div></div>
<div class="row"><button type="button" class="main" data-beckon="accept">${u(a.accept)}</button>
<button type="button" class="quiet" data-beckon="dismiss">${u(a.dismiss)}</button></div>`,onEscape:d});p.root.querySelector("[data-beckon=accept]").addEventListener("click",k),p.root.querySelector("[data-beckon=dismiss]").addEventListener("click",d);function d(){p.close(),m.track("prompt_dismissed",{variant:t})}function k(){let b=Notification.requestPermission();p.close(),m.track("prompt_accepted",{variant:t});let g={marketing:!0,text:`${a.title} ${a.body}`,at:new Date().toISOString()};b.then(c=>{if(c==="granted")return m.subscribe.subscribe(g,{promptVariant:t});c==="denied"&&m.track("permission_denied",{variant:t})}).catch(()=>{})}}})();
