// The only file that knows the BLAS/LAPACK vendor. Everything else calls these wrappers.
//
// Storage is column-major here, as in LAPACK. A row-major m×n matrix is the column-major n×m matrix of its transpose, so
// callers pass row-major memory with the roles swapped instead of transposing it.
//
// Fortran passes the length of every character argument after the last one; the prototypes say so, because compilers
// rely on it when a routine makes a tail call.
#pragma once

#include <cstddef>

#if defined(__APPLE__)
#define ACCELERATE_NEW_LAPACK
#include <Accelerate/Accelerate.h>
#define EIGENVIEW_CHARS(...)
#else
#define EIGENVIEW_CHARS(...) , __VA_ARGS__
extern "C" {
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*, const int*,
            const double*, const int*, const double*, double*, const int*, size_t, size_t);
void dsymm_(const char*, const char*, const int*, const int*, const double*, const double*, const int*, const double*,
            const int*, const double*, double*, const int*, size_t, size_t);
void dsyrk_(const char*, const char*, const int*, const int*, const double*, const double*, const int*, const double*,
            double*, const int*, size_t, size_t);
void dtrsm_(const char*, const char*, const char*, const char*, const int*, const int*, const double*, const double*,
            const int*, double*, const int*, size_t, size_t, size_t, size_t);
void dpotrf_(const char*, const int*, double*, const int*, int*, size_t);
void dpocon_(const char*, const int*, const double*, const int*, const double*, double*, double*, int*, int*, size_t);
void dtrtri_(const char*, const char*, const int*, double*, const int*, int*, size_t, size_t);
void dsygst_(const int*, const char*, const int*, double*, const int*, const double*, const int*, int*, size_t);
void dsyevd_(const char*, const char*, const int*, double*, const int*, double*, double*, const int*, int*, const int*,
             int*, size_t, size_t);
void dsyevr_(const char*, const char*, const char*, const int*, double*, const int*, const double*, const double*,
             const int*, const int*, const double*, int*, double*, double*, const int*, int*, double*, const int*, int*,
             const int*, int*, size_t, size_t, size_t);
void dgesdd_(const char*, const int*, const int*, double*, const int*, double*, double*, const int*, double*,
             const int*, double*, const int*, int*, int*, size_t);
void dgesvd_(const char*, const char*, const int*, const int*, double*, const int*, double*, double*, const int*,
             double*, const int*, double*, const int*, int*, size_t, size_t);
void dgeev_(const char*, const char*, const int*, double*, const int*, double*, double*, double*, const int*, double*,
            const int*, double*, const int*, int*, size_t, size_t);
void dgetrf_(const int*, const int*, double*, const int*, int*, int*);
void dgetrs_(const char*, const int*, const int*, const double*, const int*, const int*, double*, const int*, int*,
             size_t);
void dgecon_(const char*, const int*, const double*, const int*, const double*, double*, double*, int*, int*, size_t);
void dgeqrf_(const int*, const int*, double*, const int*, double*, double*, const int*, int*);
void dorgqr_(const int*, const int*, const int*, double*, const int*, const double*, double*, const int*, int*);
}
#endif

namespace eigenview::lapack {

// C (m×n) = alpha op(A) op(B) + beta C.
inline void gemm(char ta, char tb, int m, int n, int k, double alpha, const double* a, int lda, const double* b,
                 int ldb, double beta, double* c, int ldc) {
  dgemm_(&ta, &tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc EIGENVIEW_CHARS(1, 1));
}

// C (m×n) = A B with symmetric A (m×m) on the left, its lower triangle read.
inline void symm(int m, int n, const double* a, int lda, const double* b, int ldb, double* c, int ldc) {
  const char side = 'L', uplo = 'L';
  const double one = 1, zero = 0;
  dsymm_(&side, &uplo, &m, &n, &one, a, &lda, b, &ldb, &zero, c, &ldc EIGENVIEW_CHARS(1, 1));
}

// The lower triangle of C (n×n) = A Aᵀ, A n×k.
inline void syrk(int n, int k, const double* a, int lda, double* c, int ldc) {
  const char uplo = 'L', trans = 'N';
  const double one = 1, zero = 0;
  dsyrk_(&uplo, &trans, &n, &k, &one, a, &lda, &zero, c, &ldc EIGENVIEW_CHARS(1, 1));
}

inline void trsm(char side, char uplo, char trans, int m, int n, const double* a, int lda, double* b, int ldb) {
  const char diag = 'N';
  const double one = 1;
  dtrsm_(&side, &uplo, &trans, &diag, &m, &n, &one, a, &lda, b, &ldb EIGENVIEW_CHARS(1, 1, 1, 1));
}

inline int potrf(char uplo, int n, double* a, int lda) {
  int info = 0;
  dpotrf_(&uplo, &n, a, &lda, &info EIGENVIEW_CHARS(1));
  return info;
}

// Reciprocal 1-norm condition number of the matrix whose factor is a; work: 3n, iwork: n.
inline double pocon(char uplo, int n, const double* a, int lda, double norm, double* work, int* iwork) {
  int info = 0;
  double rcond = 0;
  dpocon_(&uplo, &n, a, &lda, &norm, &rcond, work, iwork, &info EIGENVIEW_CHARS(1));
  return rcond;
}

inline int trtri(char uplo, int n, double* a, int lda) {
  const char diag = 'N';
  int info = 0;
  dtrtri_(&uplo, &diag, &n, a, &lda, &info EIGENVIEW_CHARS(1, 1));
  return info;
}

// A := L⁻¹ A L⁻ᵀ for B = L Lᵀ (lower).
inline int sygst(int n, double* a, int lda, const double* b, int ldb) {
  const int type = 1;
  const char uplo = 'L';
  int info = 0;
  dsygst_(&type, &uplo, &n, a, &lda, b, &ldb, &info EIGENVIEW_CHARS(1));
  return info;
}

inline int syevd(int n, double* a, int lda, double* w, double* work, int lwork, int* iwork, int liwork) {
  const char job = 'V', uplo = 'L';
  int info = 0;
  dsyevd_(&job, &uplo, &n, a, &lda, w, work, &lwork, iwork, &liwork, &info EIGENVIEW_CHARS(1, 1));
  return info;
}

// Eigenpairs il..iu (1-based, ascending). A workspace query (lwork = -1) finds none and needs no check.
inline int syevr(int n, double* a, int lda, int il, int iu, double* w, double* z, int ldz, int* isuppz, double* work,
                 int lwork, int* iwork, int liwork) {
  const char job = 'V', range = 'I', uplo = 'L';
  const double unused = 0, tolerance = 0;
  int info = 0, found = 0;
  dsyevr_(&job, &range, &uplo, &n, a, &lda, &unused, &unused, &il, &iu, &tolerance, &found, w, z, &ldz, isuppz, work,
          &lwork, iwork, &liwork, &info EIGENVIEW_CHARS(1, 1, 1));
  return info != 0 ? info : (found == iu - il + 1 ? 0 : 1);
}

inline int gesdd(int m, int n, double* a, int lda, double* s, double* u, int ldu, double* vt, int ldvt, double* work,
                 int lwork, int* iwork) {
  const char job = 'S';
  int info = 0;
  dgesdd_(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info EIGENVIEW_CHARS(1));
  return info;
}

inline int gesvd(int m, int n, double* a, int lda, double* s, double* u, int ldu, double* vt, int ldvt, double* work,
                 int lwork) {
  const char job = 'S';
  int info = 0;
  dgesvd_(&job, &job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, &info EIGENVIEW_CHARS(1, 1));
  return info;
}

// Right eigenvectors of a general matrix.
inline int geev(int n, double* a, int lda, double* wr, double* wi, double* vr, int ldvr, double* work, int lwork) {
  const char none = 'N', right = 'V';
  const int one = 1;
  int info = 0;
  dgeev_(&none, &right, &n, a, &lda, wr, wi, nullptr, &one, vr, &ldvr, work, &lwork, &info EIGENVIEW_CHARS(1, 1));
  return info;
}

inline int getrf(int n, double* a, int lda, int* pivots) {
  int info = 0;
  dgetrf_(&n, &n, a, &lda, pivots, &info);
  return info;
}

inline int getrs(char trans, int n, int columns, const double* a, int lda, const int* pivots, double* b, int ldb) {
  int info = 0;
  dgetrs_(&trans, &n, &columns, a, &lda, pivots, b, &ldb, &info EIGENVIEW_CHARS(1));
  return info;
}

// Reciprocal condition number in the infinity norm; work: 4n, iwork: n.
inline double gecon(int n, const double* a, int lda, double norm, double* work, int* iwork) {
  const char which = 'I';
  int info = 0;
  double rcond = 0;
  dgecon_(&which, &n, a, &lda, &norm, &rcond, work, iwork, &info EIGENVIEW_CHARS(1));
  return rcond;
}

inline int geqrf(int m, int n, double* a, int lda, double* tau, double* work, int lwork) {
  int info = 0;
  dgeqrf_(&m, &n, a, &lda, tau, work, &lwork, &info);
  return info;
}

inline int orgqr(int m, int n, int k, double* a, int lda, const double* tau, double* work, int lwork) {
  int info = 0;
  dorgqr_(&m, &n, &k, a, &lda, tau, work, &lwork, &info);
  return info;
}

}  // namespace eigenview::lapack
