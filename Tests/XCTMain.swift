import Testing

/// Where the test program begins. Without this file the package manager writes one, and looks for tests of XCTest in an
/// index of all sources for it, which takes long to make.
@main
struct TestProgram {
  static func main() async {
    await Testing.__swiftPMEntryPoint() as Never
  }
}
