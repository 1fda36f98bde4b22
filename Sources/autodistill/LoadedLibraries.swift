import Foundation

/// The shared libraries that this process has loaded, by which it is known what is in the binary itself.
struct LoadedLibraries {
  /// File names with their full versions, such as `libopenblasp-r0.3.26.so`, in order; empty where the system does
  /// not say.
  let names: [String]

  /// Reads what Linux says of this process.
  init() {
    // To its end: the kernel hands it out by the page, and String(contentsOfFile:) is content with the first.
    let data = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd()
    self.init(maps: String(decoding: data ?? Data(), as: UTF8.self))
  }

  /// Reads the text of `/proc/PID/maps`, in which a path stands behind the fifth column.
  init(maps: String) {
    var names: Set<String> = []
    for line in maps.split(separator: "\n") {
      guard let start = line.firstIndex(of: "/") else { continue }
      let name = (String(line[start...]) as NSString).lastPathComponent
      if name.hasSuffix(".so") || name.contains(".so.") { names.insert(name) }
    }
    self.names = names.sorted()
  }

  /// Whether a library is among them, by the beginning of its name: `libc.so`, `libopenblas`.
  func has(_ beginning: String) -> Bool { names.contains { $0.hasPrefix(beginning) } }
}
