/** What a page can do besides being read: sections that do not have what one looks for are put away. */

/** Without `<` and `&`, so that it is the same in HTML and in XML. */
export const PAGE_SCRIPT: string = `
'use strict'
const box = document.querySelector('.filter')
const input = box.querySelector('input')
const found = document.querySelector('.found')
const items = Array.from(document.querySelectorAll('main .item')).filter((item) => !item.closest('.item .item'))
const entries = items.map((item) => {
  const names = Array.from(item.querySelectorAll('h3,h4,h5,h6,th[scope=row],td.id,dd'))
  const own = item.matches('tr') ? [item] : []
  return { item, text: own.concat(names).map((name) => name.textContent).join(' ').toLowerCase() }
})
const rows = Array.from(document.querySelectorAll('.item tbody tr[id]'))
const links = Array.from(document.querySelectorAll('.contents li, .overview tbody tr')).map((row) => {
  const target = document.getElementById(row.querySelector('a').hash.slice(1))
  return { row, item: target === null ? null : target.closest('.item') }
})
function filter() {
  const words = input.value.toLowerCase().split(/\\s+/).filter((word) => word !== '')
  const has = (text) => words.every((word) => text.includes(word))
  let shown = 0
  for (const { item, text } of entries) {
    item.hidden = !has(text)
    shown += item.hidden ? 0 : 1
  }
  for (const { row, item } of links) row.hidden = item === null ? false : item.hidden
  for (const row of rows) {
    const name = words.length === 0 ? null : row.querySelector('th')
    row.classList.toggle('hit', name === null ? false : has(name.textContent.toLowerCase()))
  }
  found.textContent = words.length === 0 ? '' : shown + ' of ' + entries.length
  document.body.classList.toggle('filtered', words.length > 0)
}
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target === null) return
  if (target.closest('[hidden]') === null) return
  input.value = ''
  filter()
  target.scrollIntoView()
}
box.hidden = false
input.addEventListener('input', filter)
addEventListener('hashchange', reveal)
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    input.value = ''
    filter()
  } else if (event.key === '/') {
    if (event.target === input) return
    event.preventDefault()
    input.focus()
  }
})
`

/** Lets the script run, and no other. */
export const PAGE_SCRIPT_HASH = 'sha256-kNAjt3YWLuiVqAMlg5wrlKSNz0omklaVx1O0HqmTlWg='
