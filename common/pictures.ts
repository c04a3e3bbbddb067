/** The endings that names of pictures have which are read, for sentences. */
export const PICTURE_ENDINGS = 'png, jpg, jpeg, webp, gif, bmp or tiff'

/** Whether a name is that of a picture of a kind that is read. */
export const isPictureName = (name: string): boolean => /\.(png|jpe?g|jfif|webp|gif|bmp|dib|tiff?)$/i.test(name)
