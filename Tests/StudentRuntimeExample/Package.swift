// swift-tools-version: 6.2
// An app that classifies with a student. In yours, the address is that of AutoDistill's repository and `from:` the
// version you want; the example takes both from its test, `run`.
import Foundation
import PackageDescription

let environment = ProcessInfo.processInfo.environment
let address = environment["AUTODISTILL_REPOSITORY"] ?? "../.."
let version = Version(environment["AUTODISTILL_VERSION"] ?? "") ?? "0.1.0"

let package = Package(
  name: "StudentRuntimeExample",
  dependencies: [.package(url: address, from: version)],
  targets: [
    .executableTarget(
      name: "classify",
      dependencies: [.product(name: "StudentRuntime", package: "autodistill")])
  ]
)
