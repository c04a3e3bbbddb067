import { quoted } from '../../../../common/quoted.ts'

// The commands that make a CSV of another kind of file. Each is tried on such a file by tests/full/kinds.test.ts. Quotes are single inside the programs, so that
// sh, bash, zsh and cmd.exe take the same line.

/** Makes a command of a path. */
type Command = (path: string) => string

/** The path without its ending, or with another. */
const stem = (path: string): string => path.replace(/(\.csv|\.pkl|\.pickle|\.npy|\.mat)?\.[^./\\]+$/i, '')

const python =
  (program: string): Command =>
  (path) =>
    `python3 -c "import sys;f,o=sys.argv[1:];${program}" ${quoted(path)} ${quoted(`${stem(path)}-pixels.csv`)}`

/** By pandas, which knows the format. */
export const frame = (reader: string, more?: string): Command =>
  python(`import pandas as pd;pd.${reader}(f${more ? `,${more}` : ''}).to_csv(o,index=False)`)

// The bytes, unpacked where they are gzip; the arrays `a` among them; of these the largest and the labels of as many rows.
const BYTES = "import gzip,io,numpy as np;b=open(f,'rb').read();b=gzip.decompress(b) if b[:2].hex()=='1f8b' else b;"
const WRITE =
  ";a=[v for v in a if v.dtype.kind in 'buif'];x=max(a,key=np.size);" +
  'y=next((v.ravel() for v in a if v is not x and v.size in (x.shape[0],x.shape[-1])),x[:0].ravel());' +
  'x=np.moveaxis(x,-1,0) if len(y) and len(y)-len(x) else x;x=x.reshape(len(x),-1);' +
  "h=['label'][:len(y)]+['pixel%d'%i for i in range(x.shape[1])];" +
  "np.savetxt(o,np.c_[y,x] if len(y) else x,'%g',',',header=','.join(h),comments='')"
/** All arrays in tuples and dictionaries. */
const ALL =
  'w=lambda v:sum(map(w,v.values() if isinstance(v,dict) else v),[]) if isinstance(v,(dict,tuple)) else [np.asarray(v)];'

const arrays = (program: string): Command => python(BYTES + program + WRITE)

export const npy = arrays('a=[np.load(io.BytesIO(b))]')
export const npz = arrays('a=list(dict(np.load(io.BytesIO(b))).values())')
export const hdf5 = arrays(
  "import h5py;a=[];h5py.File(io.BytesIO(b)).visititems(lambda n,v:a.append(v[()]) if getattr(v,'shape',0) else None)",
)
export const netcdf = arrays(
  'import scipy.io as s;a=[v[:].copy() for v in s.netcdf_file(io.BytesIO(b),mmap=False).variables.values()]',
)
export const mat = arrays(`import scipy.io as s;${ALL}a=w(s.loadmat(io.BytesIO(b),simplify_cells=True))`)
export const pickle = python(
  `${BYTES}import pickle;d=pickle.loads(b,encoding='bytes');${ALL}` +
    `d=({'y':d.pop('label'),'x':d.to_numpy()} if 'label' in d else {'x':d.to_numpy()}) if hasattr(d,'to_csv') else d;a=w(d)${WRITE}`,
)
export const fits = arrays(
  'from astropy.io import fits;a=[np.asarray(h.data) for h in fits.open(io.BytesIO(b)) if h.data is not None]',
)
export const arff = python(
  'import pandas as pd,scipy.io.arff as s;d=pd.DataFrame(s.loadarff(f)[0]);' +
    "d.apply(lambda c:c.str.decode('utf8') if c.dtype==object else c).to_csv(o,index=False)",
)
/** Columns of zeros at the end are not in the file: they make the pictures square again. */
export const libsvm = python(
  'import numpy as np;from sklearn.datasets import load_svmlight_file as l;x,y=l(f);k=x.shape[1];' +
    'n=k if k%3==0 and (k//3)**.5%1==0 else int(np.ceil(k**.5))**2;x,y=l(f,n_features=n);' +
    "np.savetxt(o,np.c_[y,x.toarray()],'%g',',',header='label,'+','.join('pixel%d'%i for i in range(n)),comments='')",
)
export const sqlite = python(
  "import pandas as pd,sqlite3;c=sqlite3.connect(f);t=c.execute('select name from sqlite_master').fetchone()[0];" +
    "pd.read_sql('select * from [%s]'%t,c).to_csv(o,index=False)",
)

/** By a tool that leaves the packed file where it is; under its usual ending that ending goes. */
export const unpacked =
  (tool: string, ending: string): Command =>
  (path) => {
    const isNamed = path.toLowerCase().endsWith(ending.toLowerCase())
    return `${tool} -dc < ${quoted(path)} > ${quoted(isNamed ? path.slice(0, -ending.length) : `${stem(path)}-unpacked.csv`)}`
  }

/** In the clone that the file lies in. */
export const lfs: Command = (path) => `git lfs pull --include ${quoted(path)}`

/** A command with what it does. */
export function said(command: string): string {
  const fetches = /^(git|dvc) /.test(command)
  return `${command.startsWith('python3 ') ? 'Make a CSV of it' : fetches ? 'Fetch the file itself' : 'Unpack it'}: ${command}`
}

/** All pictures of a folder, whatever they are called, as PNG in another folder of the same order. */
export const pictures: Command = (folder) =>
  `python3 -c "import sys,pathlib as l;from PIL import Image as I,ImageOps as O;import pillow_heif as h;h.register_heif_opener();` +
  'f,o=map(l.Path,sys.argv[1:]);' +
  "[((o/p.relative_to(f)).parent.mkdir(parents=True,exist_ok=True),O.exif_transpose(I.open(p)).convert('RGB').save(str(o/p.relative_to(f))+'.png')) " +
  `for p in sorted(f.rglob('*')) if p.suffix.lower() in I.registered_extensions()]" ${quoted(folder)} ${quoted(`${folder.replace(/[/\\\\]+$/, '')}-png`)}`
