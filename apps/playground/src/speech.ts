/** How long the answer must stay the same until it is read out, in milliseconds: nobody wants to hear every stroke. */
const quiet = 700

/** Makes a live region say what is given last, once nothing new has come for a while. */
export function speech(region: HTMLElement): (text: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return (text) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (region.textContent !== text) region.textContent = text
    }, quiet)
  }
}
