import Testing

/// Where the test program begins. Without this file the package manager writes one, and looks for tests of XCTest in the
/// index of all sources for it, which takes a third of the build's time to make.
@main
struct TestProgram {
  static func main() async {
    await Testing.__swiftPMEntryPoint() as Never
  }
}
