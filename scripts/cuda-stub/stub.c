// A CUDA runtime without a card: device memory is the host's, a copy is a copy, a launch does nothing and is counted. What the provider wants
// beyond what stands here gets a function that does nothing and succeeds, or makes a handle (make.mjs writes them). Built once for each library, with IN_CUDART,
// IN_CUBLAS, … defined; the counters lie in a file that whoever measures reads, too, named by PIXELROW_CUDA_STUB.
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// In the order of `counters` in counters.mjs.
enum { LAUNCHES, LIBRARY_CALLS, SYNCS, UPLOADS, UPLOADED_BYTES, DOWNLOADS, DOWNLOADED_BYTES, COPIES, ALLOCATIONS, ALLOCATED_BYTES, COUNTERS };
void stub_count(int counter, int64_t by);

#ifdef IN_CUDART
static int64_t *counters(void) {
  static int64_t unread[COUNTERS];
  static int64_t *shared;
  if (shared) return shared;
  const char *path = getenv("PIXELROW_CUDA_STUB");
  int file = path ? open(path, O_RDWR) : -1;
  void *mapped = file < 0 ? MAP_FAILED : mmap(0, sizeof unread, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  shared = mapped == MAP_FAILED ? unread : mapped;
  return shared;
}

void stub_count(int counter, int64_t by) { __atomic_fetch_add(counters() + counter, by, __ATOMIC_RELAXED); }

// The beginning of cudaDeviceProp as CUDA 13 has it, of 1,008 bytes or so in all; an H200's numbers.
struct properties {
  char name[256], uuid[16], luid[8];
  unsigned luidDeviceNodeMask;
  size_t totalGlobalMem, sharedMemPerBlock;
  int regsPerBlock, warpSize;
  size_t memPitch;
  int maxThreadsPerBlock, maxThreadsDim[3], maxGridSize[3];
  size_t totalConstMem;
  int major, minor;
  size_t textureAlignment, texturePitchAlignment;
  int multiProcessorCount, integrated, canMapHostMemory;
};

int cudaGetDeviceProperties(void *properties, int device) {
  struct properties found = {
      .name = "stub", .totalGlobalMem = 16ull << 30, .sharedMemPerBlock = 49152, .regsPerBlock = 65536, .warpSize = 32,
      .maxThreadsPerBlock = 1024, .maxThreadsDim = {1024, 1024, 64}, .maxGridSize = {2147483647, 65535, 65535},
      .totalConstMem = 65536, .major = 9, .minor = 0, .multiProcessorCount = 132, .canMapHostMemory = 1};
  memset(properties, 0, sizeof found);
  memcpy(properties, &found, sizeof found);
  return 0;
}

int cudaDeviceGetAttribute(int *value, int attribute, int device) {
  switch (attribute) {
    case 1: *value = 1024; break;     // threads of a block
    case 10: *value = 32; break;      // threads of a warp
    case 16: *value = 132; break;     // multiprocessors
    case 39: *value = 2048; break;    // threads of a multiprocessor
    case 75: *value = 9; break;       // compute capability
    case 76: *value = 0; break;
    case 97: *value = 232448; break;  // shared memory a block may ask for
    default: *value = 1;
  }
  return 0;
}

int cudaGetDeviceCount(int *count) { return *count = 1, 0; }
int cudaGetDevice(int *device) { return *device = 0, 0; }
int cudaDriverGetVersion(int *version) { return *version = 13000, 0; }
int cudaRuntimeGetVersion(int *version) { return *version = 13000, 0; }
const char *cudaGetErrorName(int error) { return error ? "cudaErrorStub" : "cudaSuccess"; }
const char *cudaGetErrorString(int error) { return error ? "an error of the stub" : "no error"; }

// What a kernel would have written is zeros.
static int allocate(void **pointer, size_t size) {
  stub_count(ALLOCATIONS, 1);
  stub_count(ALLOCATED_BYTES, size);
  *pointer = aligned_alloc(256, (size + 255) / 256 * 256 + 256);
  if (*pointer) memset(*pointer, 0, size);
  return *pointer ? 0 : 2;
}
int cudaMalloc(void **pointer, size_t size) { return allocate(pointer, size); }
int cudaMallocFromPoolAsync(void **pointer, size_t size, void *pool, void *stream) { return allocate(pointer, size); }
int cudaMallocHost(void **pointer, size_t size) { return (*pointer = calloc(1, size + 1)) ? 0 : 2; }
int cudaHostAlloc(void **pointer, size_t size, unsigned flags) { return cudaMallocHost(pointer, size); }
int cudaFree(void *pointer) { return free(pointer), 0; }
int cudaFreeAsync(void *pointer, void *stream) { return free(pointer), 0; }
int cudaFreeHost(void *pointer) { return free(pointer), 0; }
int cudaMemGetInfo(size_t *unused, size_t *total) { return *unused = 15ull << 30, *total = 16ull << 30, 0; }

// kind: 1 host to device, 2 device to host, 3 within the device
static int copy(void *to, const void *from, size_t size, int kind) {
  if (kind == 1) stub_count(UPLOADS, 1), stub_count(UPLOADED_BYTES, size);
  else if (kind == 2) stub_count(DOWNLOADS, 1), stub_count(DOWNLOADED_BYTES, size);
  else stub_count(COPIES, 1);
  return memmove(to, from, size), 0;
}
int cudaMemcpy(void *to, const void *from, size_t size, int kind) { return stub_count(SYNCS, 1), copy(to, from, size, kind); }
int cudaMemcpyAsync(void *to, const void *from, size_t size, int kind, void *stream) { return copy(to, from, size, kind); }
int cudaMemcpy2DAsync(char *to, size_t pitch, const char *from, size_t from_pitch, size_t width, size_t height, int kind, void *stream) {
  for (size_t row = 0; row < height; row++) memmove(to + row * pitch, from + row * from_pitch, width);
  return stub_count(COPIES, 1), 0;
}
int cudaMemset(void *to, int value, size_t size) { return memset(to, value, size), 0; }
int cudaMemsetAsync(void *to, int value, size_t size, void *stream) { return memset(to, value, size), 0; }

int cudaStreamSynchronize(void *stream) { return stub_count(SYNCS, 1), 0; }
int cudaDeviceSynchronize(void) { return stub_count(SYNCS, 1), 0; }
int cudaEventSynchronize(void *event) { return stub_count(SYNCS, 1), 0; }

static int handle(void **made) { return (*made = calloc(1, 64)) ? 0 : 2; }
int cudaEventElapsedTime(float *milliseconds, void *start, void *end) { return *milliseconds = 1, 0; }
int cudaStreamIsCapturing(void *stream, int *status) { return *status = 0, 0; }
int cudaMemPoolGetAttribute(void *pool, int attribute, void *value) { return memset(value, 0, 8), 0; }
int cudaGetDriverEntryPointByVersion(const char *symbol, void **function, unsigned version, uint64_t flags, int *status) {
  *function = 0;
  if (status) *status = 1;
  return 0;
}
int cudaPointerGetAttributes(void *attributes, const void *pointer) { return memset(attributes, 0, 32), 0; }
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *kernel, int size, size_t memory, unsigned flags) {
  return *blocks = 1, 0;
}
int cudaFuncGetAttributes(void *attributes, const void *kernel) {
  memset(attributes, 0, 64);
  ((int *)attributes)[6] = 1024;  // maxThreadsPerBlock, behind three sizes
  return 0;
}

int cudaLaunchKernel(const void *kernel, ...) { return stub_count(LAUNCHES, 1), 0; }
int __cudaLaunchKernel(const void *kernel, ...) { return stub_count(LAUNCHES, 1), 0; }
int cudaLaunchKernelExC(const void *how, ...) { return stub_count(LAUNCHES, 1), 0; }
int cudaLaunchCooperativeKernel(const void *kernel, ...) { return stub_count(LAUNCHES, 1), 0; }
int __cudaGetKernel(void **kernel, const void *function) { return *kernel = (void *)function, 0; }
int cudaLibraryLoadData(void **library, ...) { return handle(library); }
int cudaLibraryGetKernel(void **kernel, void *library, const char *name) { return handle(kernel); }
// What `kernel<<<grid, block>>>` keeps between its two halves.
static struct { unsigned grid[3], block[3]; size_t memory; void *stream; } call;
unsigned __cudaPushCallConfiguration(uint64_t gridXY, unsigned gridZ, uint64_t blockXY, unsigned blockZ, size_t memory, void *stream) {
  call.memory = memory, call.stream = stream;
  return 0;
}
int __cudaPopCallConfiguration(unsigned *grid, unsigned *block, size_t *memory, void **stream) {
  for (int i = 0; i < 3; i++) grid[i] = block[i] = 1;
  *memory = call.memory, *stream = call.stream;
  return 0;
}
void **__cudaRegisterFatBinary(void *binary) { return calloc(1, 64); }
#endif

#ifdef IN_CUBLAS
int cublasGetMathMode(void *handle, int *mode) { return *mode = 0, 0; }
const char *cublasGetStatusName(int status) { return "CUBLAS_STATUS_STUB"; }
const char *cublasGetStatusString(int status) { return "the stub's status"; }
#endif

#ifdef IN_CUDNN
// Descriptors hold nothing; a search for engines always finds one.
size_t cudnnGetVersion(void) { return 91300; }
size_t cudnnGetCudartVersion(void) { return 13000; }
const char *cudnnGetErrorString(int status) { return "the stub's status"; }
void cudnnGetLastErrorString(char *message, size_t size) { if (size) *message = 0; }
int cudnnBackendCreateDescriptor(int type, void **made) { return (*made = calloc(1, 1024)) ? 0 : 2; }
int cudnnBackendDestroyDescriptor(void *descriptor) { return free(descriptor), 0; }
int cudnnBackendGetAttribute(void *descriptor, int name, int type, int64_t wanted, int64_t *count, void *values) {
  const int results = 202, handles = 15;
  if (count) *count = name == results || wanted == 1;
  if (values && wanted > 0 && type != handles) memset(values, 0, 4);
  return 0;
}
int cudnnGetReductionWorkspaceSize(void *handle, void *how, void *from, void *to, size_t *size) { return *size = 0, 0; }
int cudnnGetReductionIndicesSize(void *handle, void *how, void *from, void *to, size_t *size) { return *size = 0, 0; }
int cudnnBackendExecute(void *handle, void *plan, void *pack) { return stub_count(LIBRARY_CALLS, 1), 0; }
int cudnnConvolutionForward(void *handle, ...) { return stub_count(LIBRARY_CALLS, 1), 0; }
int cudnnPoolingForward(void *handle, ...) { return stub_count(LIBRARY_CALLS, 1), 0; }
int cudnnReduceTensor(void *handle, ...) { return stub_count(LIBRARY_CALLS, 1), 0; }
#endif
