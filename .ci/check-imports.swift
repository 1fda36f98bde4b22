// Checks that every file imports only what Package.swift lets its target import.
//
//     swift package dump-package | swift .ci/check-imports.swift
//
// SwiftPM builds all targets into one folder, so an undeclared import of another target's module
// compiles by chance whenever that target happened to be built first.

import Foundation

/// What the toolchain brings along. XCTest is left out on purpose: tests use swift-testing.
let toolchainModules: Set<String> = ["Dispatch", "Foundation", "Glibc", "Synchronization"]

/// Targets outside of the stack, which other packages build: they import nothing of the toolchain either, and have
/// no unsafe flags, which would be those of the building machine.
let standalone: Set<String> = ["CStudentKernels", "StudentRuntime"]

/// The part of `swift package dump-package` that matters here.
struct Manifest: Decodable {
  let dependencies: [Dependency]
  let targets: [Target]

  /// A package dependency; only its presence is of interest.
  struct Dependency: Decodable {}

  struct Target: Decodable {
    let name: String
    let type: String
    let path: String?
    let dependencies: [TargetDependency]
    let settings: [Setting]

    var folder: String { path ?? (type == "test" ? "Tests/" : "Sources/") + name }
  }

  /// `{"target": [name, condition]}`, or `byName` or `product` instead of `target`.
  struct TargetDependency: Decodable {
    let name: String

    init(from decoder: any Decoder) throws {
      let kinds = try decoder.singleValueContainer().decode([String: [Ignorable]].self)
      name = kinds.values.first?.first?.text ?? ""
    }
  }

  /// A compiler or linker setting; its kind is the only name in `kind`.
  struct Setting: Decodable {
    let kind: [String: Anything]
  }

  struct Anything: Decodable {
    init(from decoder: any Decoder) throws {}
  }

  /// A text, or anything else.
  struct Ignorable: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }
}

/// Returns the module that `line` imports, whatever attributes and access level it does so with.
func importedModule(in line: Substring) -> String? {
  // The pattern is slow, and hardly any line is an import.
  guard line.contains("import ") else { return nil }
  let pattern =
    #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(?<module>\w+)/#
  return line.prefixMatch(of: pattern).map { String($0.module) }
}

/// Returns the paths of the Swift files below `folder`, in order.
func swiftFiles(in folder: String) -> [String] {
  let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  return names.filter { $0.hasSuffix(".swift") }.sorted().map { "\(folder)/\($0)" }
}

/// Returns one complaint per import that `target` may not have.
func complaints(about target: Manifest.Target) throws -> [String] {
  let declared = Set(target.dependencies.map(\.name))
  // What tests share is no test itself.
  let isForTests = target.type == "test" || target.folder.hasPrefix("Tests/")
  let isStandalone = standalone.contains(target.name)
  if isStandalone, target.settings.contains(where: { $0.kind["unsafeFlags"] != nil }) {
    return ["Package.swift: \(target.name) has unsafe flags, which no client of it should inherit"]
  }
  if isStandalone, let other = declared.first(where: { !standalone.contains($0) }) {
    return [
      "Package.swift: \(target.name) depends on \(other), which its clients would have to build"
    ]
  }
  let allowed = (isStandalone ? [] : toolchainModules).union(declared).union(
    isForTests ? ["Testing"] : [])
  return try swiftFiles(in: target.folder).flatMap { file in
    let lines = try String(contentsOfFile: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { index, line -> String? in
      guard let module = importedModule(in: line), !allowed.contains(module) else { return nil }
      return "\(file):\(index + 1): \(target.name) imports \(module); Package.swift lets it import "
        + (declared.isEmpty ? "no other target" : declared.sorted().joined(separator: ", "))
        + ", besides \(allowed.subtracting(declared).sorted().joined(separator: ", "))"
    }
  }
}

let description = FileHandle.standardInput.readDataToEndOfFile()
guard !description.isEmpty else { exit(1) }  // dump-package has already said what is wrong
let manifest = try JSONDecoder().decode(Manifest.self, from: description)
var found = try manifest.targets.filter { $0.type != "system" }.flatMap(complaints)
if !manifest.dependencies.isEmpty {
  found.append("Package.swift: declares package dependencies; this project has none")
}
for complaint in found {
  FileHandle.standardError.write(Data((complaint + "\n").utf8))
}
exit(found.isEmpty ? 0 : 1)
