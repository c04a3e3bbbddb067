import { defineCommand } from '../../line/command.ts'

export const logoutCommand = defineCommand({
  name: 'logout',
  summary: 'remove the stored token',
  description: 'Removes the token that login has stored. Variables and a kaggle.json are left alone.',
  arguments: [],
  flags: {},
  examples: ['pixelrow logout'],
})
