'use client'

import { load } from '@pixelrow/infer-web'
import { useRef, useState } from 'react'

/** Asks both: the classifier in the browser, and the one behind /api/classify. */
export default function Page() {
  const loading = useRef(undefined)
  const [answers, setAnswers] = useState([])

  async function inBrowser(file) {
    // Only here, as the page is also rendered on the server, where there is nothing to load.
    loading.current ??= load('/model.onnx', { worker: true })
    const classifier = await loading.current
    return classifier.classify(file)
  }

  async function choose({ target }) {
    const asked = Array.from(target.files, async (file) => ({
      name: file.name,
      browser: await said(inBrowser(file)),
      server: await said(onServer(file)),
    }))
    setAnswers(await Promise.all(asked))
  }

  return (
    <main>
      <label>
        Pictures <input type="file" accept="image/*" multiple onChange={choose} />
      </label>
      {['browser', 'server'].map((side) => (
        <section key={side}>
          <h2>{side}</h2>
          <ol id={side}>
            {answers.map((answer) => (
              <li key={answer.name}>{answer[side]}</li>
            ))}
          </ol>
        </section>
      ))}
    </main>
  )
}

async function onServer(file) {
  const response = await fetch('/api/classify', { method: 'POST', body: file })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}

/** The class of a picture, or what is wrong with it. */
async function said(answer) {
  try {
    const { label, probability } = await answer
    return `${label} (${(100 * probability).toFixed(1)} %)`
  } catch (error) {
    return error.message
  }
}
