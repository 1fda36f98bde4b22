import CBuildFacts
import COpenBLAS
import CPlatform
import Foundation

/// What this binary was built from and for.
///
/// A binary knows its commit only where its build was told, as `make release` does: Swift's package manager has no
/// word for it, and a file written at every build would compile everything anew.
enum BuildFacts {
  /// The oldest Swift that the compiler is known to be.
  static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// The C part of the compiler, which names the build of the toolchain.
  static var compiler: String { String(cString: build_compiler()) }

  /// The version of glibc that this process runs on; nil with another C library.
  static var glibcVersion: String? {
    let version = String(cString: build_glibc())
    return version.isEmpty ? nil : version
  }

  /// Nil where the build was not told.
  static var commit: String? {
    let commit = String(cString: build_commit())
    return commit.isEmpty ? nil : commit
  }

  /// The processors it runs on, as Clang's `-march` names them.
  static var march: String {
    let level = platform_compiled_level()
    #if arch(x86_64)
      return "x86-64-v\(level)"
    #elseif arch(arm64)
      return "armv8-a"
    #else
      return "level \(level)"
    #endif
  }

  static var extensions: String {
    String(cString: build_extensions()).trimmingCharacters(in: .whitespaces)
  }

  static var optimization: String {
    #if DEBUG
      "debug: -Onone, but -O for readers and -Ounchecked for kernels"
    #else
      "release: -O, and -Ounchecked for kernels"
    #endif
  }

  /// Whether warnings were errors.
  static var isStrict: Bool {
    #if STRICT_BUILD
      true
    #else
      false
    #endif
  }

  static var target: String {
    #if arch(x86_64)
      let processor = "x86_64"
    #elseif arch(arm64)
      let processor = "aarch64"
    #else
      let processor = "unknown"
    #endif
    #if os(Linux)
      return "\(processor)-linux"
    #elseif os(macOS)
      return "\(processor)-macos"
    #else
      return processor
    #endif
  }

  /// How OpenBLAS was built, in its own words: `OpenBLAS 0.3.26 DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64`.
  static var openBLASConfiguration: String { String(cString: openblas_get_config()) }

  /// Its version; empty if it does not say.
  static var openBLASVersion: String {
    let words = openBLASConfiguration.split(separator: " ")
    return words.first { $0.first?.isNumber ?? false }.map(String.init) ?? ""
  }
}
