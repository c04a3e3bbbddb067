import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import { type DataError, readRows, readSubmission, readTable } from '@pixelrow/data'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { zipOf } from '../../files/test/writer.ts'
import { dataError } from './helpers.ts'

const page: typeof import('@pixelrow/data') = await import(join(import.meta.dirname, '../dist/browser.js'))

const latin1 = (text: string, { at = 0, rest = 64 } = {}): Buffer =>
  Buffer.concat([Buffer.alloc(at), Buffer.from(text, 'latin1'), Buffer.alloc(rest, 7)])
const text = (...lines: string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`)
const box = (brand: string) => latin1(`\0\0\0\x18ftyp${brand}\0\0\0\0`)
const riff = (form: string) => latin1(`RIFF\x30\0\0\0${form}`)
const zip = (...names: string[]): Buffer => Buffer.from(zipOf(names.map((name) => ({ name, data: Buffer.from('x') }))))

/** How each kind begins, by its name; several of a kind end in _2. */
const files: Record<string, Buffer> = {
  lfs: text('version https://git-lfs.github.com/spec/v1', `oid sha256:${'4d7a2146'.repeat(8)}`, 'size 12345'),
  dvc: text('outs:', '- md5: 22eadbb8f32b1258daaa5e2ca24d17e2', '  size: 12345', '  path: train.csv'),
  annex: text('/annex/objects/SHA256E-s12345--4d7a214614ab2935c943f9e0ff69d22e.csv'),
  mhtml: text('From: <Saved by Blink>', 'Snapshot-Content-Location: https://www.kaggle.com/', 'Subject: data'),
  svg: text('<?xml version="1.0"?>', '<!-- drawn -->', '<svg xmlns="http://www.w3.org/2000/svg" width="28"></svg>'),
  html: text('<!DOCTYPE html>', '<html><head><title>Sign in, please</title></head></html>'),
  html_2: text('', '<!-- saved -->', '<HTML lang=en>'),
  refusal: text('<?xml version="1.0" encoding="UTF-8"?>', '<Error><Code>AccessDenied</Code></Error>'),
  xml: text('<?xml version="1.0"?>', '<annotation><object>cat</object></annotation>'),
  http: Buffer.from('404: Not Found'),
  zeros: Buffer.alloc(4096),
  appledouble: latin1('\0\x05\x16\x07\0\x02\0\0Mac OS X'),
  dsstore: latin1('\0\0\0\x01Bud1\0\0\x10\0'),
  lnk: latin1('L\0\0\0\x01\x14\x02\0\0\0\0\0'),
  url: text('[InternetShortcut]', 'URL=https://www.kaggle.com/'),
  torrent: Buffer.from('d8:announce35:udp://tracker.example.org:80/announce'),
  pem: text('-----BEGIN PRIVATE KEY-----', 'MIIE'),
  npy: latin1("\x93NUMPY\x01\0v\0{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }"),
  npz: zip('x_train.npy', 'y_train.npy'),
  parquet: latin1('PAR1\x15\x04\x15\x90'),
  mat73: latin1('MATLAB 7.3 MAT-file, Platform: GLNXA64'),
  mat: latin1('MATLAB 5.0 MAT-file, Platform: GLNXA64'),
  keras: latin1(`\x89HDF\r\n\x1a\n${'\0'.repeat(600)}model_weights`),
  keras_2: zip('metadata.json', 'config.json', 'model.weights.h5'),
  hdf5: latin1('\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08'),
  hdf4: latin1('\x0e\x03\x13\x01\0'),
  netcdf: latin1('CDF\x01\0\0\0\0'),
  torch: zip('archive/data.pkl', 'archive/data/0', 'archive/version'),
  torch_2: latin1('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.'),
  pickle: latin1('\x80\x04\x95\xad\x8e\0\0\0\0\0\0\x8c\x06pandas'),
  pickle_2: latin1('\x80\x02}q\x01(U\x0bbatch_labelq\x02U'),
  xlsx: zip('[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml'),
  docx: zip('[Content_Types].xml', 'word/document.xml'),
  pptx: zip('[Content_Types].xml', 'ppt/presentation.xml'),
  numbers: zip('Index/Document.iwa', 'preview.jpg.txt'),
  ods: Buffer.from(
    zipOf([{ name: 'mimetype', method: 0, data: Buffer.from('application/vnd.oasis.opendocument.spreadsheet') }]),
  ),
  odf: Buffer.from(
    zipOf([{ name: 'mimetype', method: 0, data: Buffer.from('application/vnd.oasis.opendocument.text') }]),
  ),
  epub: Buffer.from(zipOf([{ name: 'mimetype', method: 0, data: Buffer.from('application/epub+zip') }])),
  ole: latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
  arrow: latin1('ARROW1\0\0\xff\xff\xff\xff'),
  orc: latin1('ORC\x11\0\0'),
  avro: latin1('Obj\x01\x04\x16avro.schema'),
  lmdb: latin1('\xde\xc0\xef\xbe\x01\0\0\0', { at: 16 }),
  tfrecord: latin1('\x60\0\0\0\0\0\0\0abcd\x0a\x5e\x0a\x10\x0a\x05image'),
  sqlite: latin1('SQLite format 3\0\x10\0'),
  stata: latin1('<stata_dta><header><release>118</release>'),
  spss: latin1('$FL2@(#) IBM SPSS STATISTICS'),
  rdata: latin1('RDX3\nX\n\0\0\0\x03'),
  rdata_2: latin1('X\n\0\0\0\x02\0\x03'),
  arff: text('% A comment', '@RELATION digits', '', '@ATTRIBUTE pixel0 REAL', '@DATA', '1'),
  libsvm: text('5 1:255 2:25 783:3', '0 2:1 7:9'),
  notebook: text('{', ' "cells": [', '  {', '   "cell_type": "code",'),
  credentials: Buffer.from('{"username":"someone","key":"0123456789abcdef"}'),
  jsonl: text('{"label": 1, "pixel0": 2}', '{"label": 0, "pixel0": 3}'),
  json: text('[{"label":0,"pixel0":255}]'),
  json_2: text('[[0, 255], [1, 3]]'),
  onnx: latin1('\x08\x08\x12\x08pixelrow\x3a\x10'),
  safetensors: latin1('\x40\0\0\0\0\0\0\0{"w":{"dtype":"F32"'),
  gguf: latin1('GGUF\x03\0\0\0'),
  tflite: latin1('\x1c\0\0\0TFL3'),
  savedmodel: latin1('\x08\x01\x12\x80\x10\x0a\x20\x12\x05serve'),
  gif: latin1('GIF89a\x1c\0\x1c\0'),
  bmp: latin1('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'),
  raw: latin1('II*\0\x10\0\0\0CR\x02\0'),
  raw_2: latin1('FUJIFILMCCD-RAW 0201'),
  tiff: latin1('II*\0\x08\0\0\0'),
  tiff_2: latin1('MM\0*\0\0\0\x08'),
  avif: box('avif'),
  heic: box('heic'),
  heic_2: box('mif1'),
  jxl: latin1('\xff\n\xfa\x1f'),
  jp2: latin1('\0\0\0\fjP  \r\n\x87\n'),
  ico: latin1('\0\0\x01\0\x01\0\x10\x10'),
  psd: latin1('8BPS\0\x01'),
  xcf: latin1('gimp xcf v011\0'),
  exr: latin1('v/1\x01\x02\0\0\0'),
  hdr: latin1('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n'),
  dds: latin1('DDS |\0\0\0'),
  qoi: latin1('qoif\0\0\0\x1c'),
  sgi: latin1('\x01\xda\x01\x01\0\x02'),
  djvu: latin1('AT&TFORM\0\0'),
  pcx: latin1('\n\x05\x01\x08\0\0'),
  netpbm: text('P2', '# drawn', '2 2', '255', '0 1 2 3'),
  netpbm_2: latin1('P5 28 28 255\n\0\0'),
  xpm: text('/* XPM */', 'static char *x[] = {'),
  fits: latin1('SIMPLE  =                    T'),
  dicom: latin1('DICM\x02\0\0\0', { at: 128 }),
  nifti: latin1('n+1\0', { at: 344 }),
  nrrd: text('NRRD0004', 'type: unsigned char'),
  xz: latin1('\xfd7zXZ\0\0\x04'),
  lzma: latin1(']\0\0\x80\0\xff\xff\xff\xff'),
  bz2: latin1('BZh91AY&SY\x99\xd1'),
  zstd: latin1('\x28\xb5\x2f\xfd\x04\x58'),
  lz4: latin1('\x04\x22\x4d\x18\x64\x40'),
  lzip: latin1('LZIP\x01\x0c'),
  compress: latin1('\x1f\x9d\x90'),
  gzip: gzipSync(gzipSync('label,pixel0\n')),
  snappy: latin1('\xff\x06\0\0sNaPpY'),
  '7z': latin1('7z\xbc\xaf\x27\x1c\0\x04'),
  rar: latin1('Rar!\x1a\x07\x01\0'),
  tar: latin1('ustar\x0000', { at: 257 }),
  cab: latin1('MSCF\0\0\0\0'),
  cpio: Buffer.from('070701000000010000'),
  ar: text('!<arch>', 'debian-binary'),
  rpm: latin1('\xed\xab\xee\xdb\x03'),
  xar: latin1('xar!\0\x1c\0\x01'),
  iso: latin1('\x01CD001', { at: 32_768 }),
  jar: zip('META-INF/MANIFEST.MF', 'A.class'),
  pdf: text('%PDF-1.1', '%\u00e2\u00e3', '1 0 obj'),
  postscript: text('%!PS-Adobe-3.0'),
  rtf: Buffer.from('{\\rtf1\\ansi hello}'),
  bibtex: text('@article{lecun1998,', 'title = {Gradient}', '}'),
  sql: text('-- dump', 'CREATE TABLE digits (label int);'),
  script: text('#!/bin/sh', 'exit 1'),
  python: text('# reads', 'import numpy as np', 'x = 1'),
  wav: riff('WAVE'),
  avi: riff('AVI '),
  mp4: box('isom'),
  webm: latin1('\x1a\x45\xdf\xa3\x9f'),
  ogg: latin1('OggS\0\x02'),
  mp3: latin1('ID3\x04\0\0'),
  flac: latin1('fLaC\0\0\0\x22'),
  elf: latin1('\x7fELF\x02\x01\x01\0'),
  exe: latin1('MZ\x90\0\x03\0\0\0'),
  macho: latin1('\xcf\xfa\xed\xfe\x07\0\0\x01'),
  java: latin1('\xca\xfe\xba\xbe\0\0\0\x34'),
  wasm: latin1('\0asm\x01\0\0\0'),
  plist: latin1('bplist00\xd1'),
  font: latin1('\0\x01\0\0\0\x0f\0\x80'),
  png: await pictureAs('png'),
  jpeg: await pictureAs('jpeg'),
  webp: await pictureAs('webp'),
}

async function pictureAs(format: 'png' | 'jpeg' | 'webp'): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .toFormat(format)
    .toBuffer()
}

const table = text('label,pixel0', '1,2')

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'pixelrow-kinds-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** That a file is of a kind: said as such, with nothing of what is in it. */
function isKind(error: DataError, name: string, place: string): void {
  const kind = name.replace('_2', '')
  expect({ place, kind: error.params.kind, code: error.code }, `${name} ${place}: ${error.message}`).toEqual({
    place,
    kind,
    code: 'DATA_KIND_OTHER',
  })
  expect(error.message).toContain(`, found ${error.found}. `.trimEnd())
}

/** What is read as a table; elsewhere it is named. */
const tables = ['npy', 'npz', 'parquet']

test.each(tables)('%s is a table, and named where no table is read', async (name) => {
  const path = join(folder(), `${name}.csv`)
  writeFileSync(path, files[name]!)
  isKind(await dataError(readSubmission(path)), name, 'as a submission')
  expect((await dataError(readTable(path))).code).not.toBe('DATA_KIND_OTHER')
})

test.each(Object.keys(files).filter((name) => !tables.includes(name)))(
  '%s is named, wherever a table is read',
  async (name) => {
    const bytes = new Uint8Array(files[name]!)
    const path = join(folder(), `${name}.csv`)
    writeFileSync(path, bytes)
    isKind(await dataError(readTable(path)), name, 'at a path')
    isKind(await dataError(readTable(bytes)), name, 'in memory')
    isKind(await dataError(readRows(path).next()), name, 'row by row')
    isKind(await dataError(readSubmission(path)), name, 'as a submission')
    isKind(await dataError(page.readTable(bytes)), name, 'in a page')
    isKind(await dataError(page.readTable(new Blob([bytes]))), name, 'in a page, of a blob')
    if (name === 'gzip') return
    isKind(await dataError(readTable(new Uint8Array(gzipSync(bytes)))), name, 'in gzip')
    const inZip = new Uint8Array(zipOf([{ name: 'a/train.csv', data: bytes }]))
    isKind(await dataError(readTable(inZip)), name, 'in a zip')
    isKind(await dataError(readTable(inZip, { member: 'a/train.csv' })), name, 'by its name in a zip')
  },
)

test('every kind of the table is met here', async () => {
  const source = await import('node:fs').then((fs) =>
    fs.readFileSync(join(import.meta.dirname, '../src/source/kinds.ts'), 'utf8'),
  )
  const all = [...source.matchAll(/^ {2}(?:\{ \.\.\.)?(?:magic|names|text|test|picture|packed)\(\s*'([\w]+)'/gm)].map(
    ([, kind]) => kind!,
  )
  const met = new Set(Object.keys(files).map((name) => name.replace('_2', '')))
  expect(all.length).toBeGreaterThan(100)
  expect(all.filter((kind) => !met.has(kind))).toEqual(['zip'])
})

test('a file that a name calls a zip is named for what it is', async () => {
  const path = join(folder(), 'digit-recognizer.zip')
  writeFileSync(path, files.html!)
  expect(await dataError(readTable(path))).toMatchObject({
    message: `${path}: expected a zip, found an HTML page, such as one to sign in or about an error. Download the file itself again, signed in where its site asks for that.`,
    params: { kind: 'html' },
  })
})

test('what may be a table keeps its own error, and text of a table is never taken for another kind', async () => {
  const texts = [
    'hello\nworld\n',
    'P,Q\n1,2\n',
    'orc,mz\n1,2\n',
    'GIF,png\nx,y\n',
    '5 1:2 x\n',
    '\xef\xbb\xbfa,b\n1,2\n',
  ]
  for (const each of texts) expect((await dataError(readTable(Buffer.from(each)))).code).not.toBe('DATA_KIND_OTHER')
  const cut = Buffer.concat([table, Buffer.from('1,'), deflateSync('x')])
  expect((await dataError(readTable(cut))).code).not.toBe('DATA_KIND_OTHER')
})

test('the command names the file as a shell takes it, and writes beside it', async () => {
  const path = join(folder(), "it's $HOME.mat")
  writeFileSync(path, files.mat!)
  const { command } = (await dataError(readTable(path))).params
  expect(command).toMatch(/^python3 -c "[^"$`\\!]*" '.*it'\\''s \$HOME\.mat' '.*it'\\''s \$HOME-pixels\.csv'$/)
  expect((await dataError(readTable(new Uint8Array(files.mat!)))).params.command).toMatch(/" FILE FILE-pixels\.csv$/)
})

test('pictures of other kinds are named in a folder, with the command that makes PNG of them', async () => {
  const root = folder()
  for (const [at, name] of ['ico', 'avif', 'heic'].entries()) {
    mkdirSync(join(root, `class${at}`))
    writeFileSync(join(root, `class${at}`, `1.${name}`), files[name]!)
  }
  const none = await dataError(readTable(root))
  expect(none).toMatchObject({
    code: 'DATA_PICTURES_NONE',
    advice: `Make PNG of them, in another folder: ${none.params.command}`,
  })
  expect(none.params.command).toContain(`" ${root} ${root}-png`)
  // Phones call a picture what they like.
  for (const [at, name] of ['ico', 'avif', 'heic'].entries())
    writeFileSync(join(root, `class${at}`, '1.jpg'), files[name]!)
  const broken = await dataError(readTable(root))
  expect(broken).toMatchObject({
    code: 'DATA_PICTURE_BROKEN',
    params: {
      broken: ['class0/1.jpg (an icon of Windows)', 'class1/1.jpg (an AVIF picture)', 'class2/1.jpg (a HEIC picture)'],
      command: none.params.command,
    },
  })
  // What no decoder reads is not converted either.
  writeFileSync(join(root, 'class0/2.jpg'), files.html!)
  const html = await dataError(readTable(root))
  expect(html.params.command).toBeUndefined()
  expect(html.message).toContain('class0/2.jpg (an HTML page, such as one to sign in or about an error)')
})

test('no message holds more than 200 characters of what is in a file', async () => {
  const long = 'abcdefghij'.repeat(100)
  const texts = [
    `${long}\n1\n`,
    `${long},${long}2\n1,2\n`,
    `label,${long}0,${long}2\n1,2,3\n`,
    `label,pixel0\n${long},${long}\n`,
    `label,pixel0\n1,${long}\n`,
    `${long},${long}\n1,2\n`,
    `label,${long}3x4,${long}3x5\n1,2,3\n`,
    `label,${long}0,${long}00\n1,2,3\n`,
    `label,pixel0,${long},${long}a,${long}b,${long}c\n1,2,3,4,5,6\n`,
    `${long} ${long} ${long}\n1 2 3\n`,
    `label,red0${long},green0,blue0\n1,2,3\n`,
    `label,pixel0\n1,2\n${long},${long}x\n`,
  ]
  const options = [{}, { label: 'nowhere' }, { label: false as const }, { classes: ['a', 'b'] }, { header: false }]
  const submission = [`${long},${long}\n`, `${long},a,${long}\n1,2,3\n`, `id,label\n${long},1\n${long}\n`]
  const errors: DataError[] = []
  for (const each of texts)
    for (const one of options)
      await readTable(Buffer.from(each), one).catch((error: DataError) => void errors.push(error))
  for (const each of submission) errors.push(await dataError(readSubmission(Buffer.from(each))))
  expect(errors.length).toBeGreaterThan(40)
  for (const { message } of errors)
    expect(message.match(/(?:abcdefghij)+[a-j]*/g)?.join('').length ?? 0, message).toBeLessThan(201)
})
