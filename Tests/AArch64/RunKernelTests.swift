// Runs the kernels' own tests where swift-testing cannot: Embedded Swift, on AArch64.
//
// Exit status: 0 all passed, 1 some failed.

import Foundation
import Testing

@main
struct RunKernelTests {
  static func main() {
    // What a test prints is there even if the next one ends the program.
    print_line_by_line()
    runRandomStreamsTests()
    runTensorKernelsTests()
    print("\(tally.passed) passed, \(tally.failed) failed")
    exit(tally.failed == 0 ? 0 : 1)
  }
}
