import { createElement, useEffect } from 'react'
import { main } from '../page.js'

export default function Page() {
  useEffect(() => void main(), [])
  return createElement('p', null, 'pixelrow')
}
