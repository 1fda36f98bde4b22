import COpenBLAS
import Foundation

/// The memory that OpenBLAS takes when it first computes.
///
/// Where the system does not give it, OpenBLAS asks again without end, so it is asked for here first.
public enum LinearAlgebraMemory {
  /// What a thread of OpenBLAS takes at most on the processors that we know, in bytes; most of it is never touched.
  static let bytes = 160 << 20

  /// The system gives less memory than OpenBLAS needs.
  public struct Refused: Error, CustomStringConvertible {
    public let description: String
  }

  /// Has OpenBLAS take its memory now; it keeps it.
  ///
  /// - Throws: `Refused`, for people.
  public static func take() throws(Refused) {
    if case .failure(let refused) = taken { throw refused }
  }

  private static let taken: Result<Void, Refused> = {
    let address = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else {
      return .failure(
        Refused(
          description:
            "the linear algebra (OpenBLAS) needs \(bytes >> 20) MiB of memory, and the system refuses "
            + "them: \(String(cString: strerror(errno))); this process may have too little (ulimit -v, ulimit -d)"
        ))
    }
    munmap(address, bytes)
    openblas_set_num_threads(1)
    var (value, size, stride, info) = (1.0, Int32(1), Int32(1), Int32(0))
    dpotrf_("L", &size, &value, &stride, &info)
    return .success(())
  }()
}
