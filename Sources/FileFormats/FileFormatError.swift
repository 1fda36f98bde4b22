import Foundation

/// What went wrong with a file: the operating system refused, or the bytes are not what the format
/// says.
public enum FileFormatError: Error, Hashable, Sendable {
  /// The operating system refused `operation` on the file; `code` is its `errno`.
  case system(path: String, operation: String, code: Int32)
  /// The file was read, but a field or a place in it is not as its format demands.
  case malformed(path: String, location: String, found: String, expected: String)
}

extension FileFormatError: CustomStringConvertible {
  /// One line: the file, what or where in it, what was found and what was expected.
  public var description: String {
    switch self {
    case .system(let path, let operation, let code):
      "\(path): cannot \(operation): \(String(cString: strerror(code)))\(Self.limit(behind: code))"
    case .malformed(let path, let location, let found, let expected):
      "\(path): \(location.shortened): found \(found.shortened), expected \(expected.shortened)"
    }
  }

  /// Returns what this process is allowed, where that is what the system refused; empty otherwise.
  private static func limit(behind code: Int32) -> String {
    switch code {
    case EFBIG:
      softLimit(RLIMIT_FSIZE).map { " (a file may have \($0) bytes here at most: ulimit -f)" } ?? ""
    case EMFILE:
      softLimit(RLIMIT_NOFILE).map { " (a process may have \($0) files open here: ulimit -n)" }
        ?? ""
    default: ""
    }
  }

  private static func softLimit(_ resource: __rlimit_resource) -> UInt? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
      limit.rlim_cur != .max
    else { return nil }
    return limit.rlim_cur
  }
}
