/** The names of the starters. */
export const templates = ['vite', 'next', 'express'] as const

/** A starter's name. */
export type Template = (typeof templates)[number]

/** What is to be known of a starter beside its files. */
interface Starter {
  /** What it makes, as `…: a page …`. */
  about: string
  /** Where it looks for its model. */
  model: string
  /** The script that runs it. */
  script: string
  /** What tools write into its folder. */
  ignored: readonly string[]
  /** How it is asked, once it runs. */
  use: string
}

/** All starters, by name. */
export const starters: Readonly<Record<Template, Starter>> = {
  vite: {
    about: 'a page that classifies pictures in the browser, by Vite',
    model: 'public/model.onnx',
    script: 'dev',
    ignored: ['node_modules/', 'dist/'],
    use: 'Open the address that it prints, and choose pictures.',
  },
  next: {
    about: 'an app that classifies pictures in the browser and on its server, by Next.js',
    model: 'public/model.onnx',
    script: 'dev',
    ignored: ['node_modules/', '.next/'],
    use: 'Open the address that it prints, and choose pictures.',
  },
  express: {
    about: 'a server that classifies the pictures it is sent, by Express',
    model: 'model.onnx',
    script: 'start',
    ignored: ['node_modules/'],
    use: 'Send it a picture: `curl --data-binary @picture.png http://localhost:3000/classify`.',
  },
}
