import FileFormats
import Foundation

/// What the binary contains and needs, in the form of CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json).
///
/// Nothing in it depends on when it is asked, so there is no serial number and no time stamp.
struct BillOfMaterials {
  private let libraries: LoadedLibraries

  init(_ libraries: LoadedLibraries = LoadedLibraries()) { self.libraries = libraries }

  /// A part that other people made.
  private struct Component {
    var name: String
    /// Empty if it is not known.
    var version: String
    /// An SPDX expression; nil if it is not known here.
    var licence: String?
    var description: String
    /// Whether it is in the binary itself, and not loaded from the system.
    var isStatic: Bool
    var properties: [(String, String)] = []

    var reference: String { version.isEmpty ? name : "\(name)@\(version)" }
  }

  /// The document.
  var json: String {
    let components = components
    let own = "autodistill@\(ProgramVersion.current)"
    return JSONText.object([
      ("bomFormat", .text("CycloneDX")), ("specVersion", .text("1.5")), ("version", JSONText(1)),
      (
        "metadata",
        .object([
          (
            "component",
            .object([
              ("type", .text("application")), ("bom-ref", .text(own)),
              ("name", .text("autodistill")), ("version", .text(ProgramVersion.current)),
              ("licenses", BillOfMaterials.licences("Apache-2.0")),
              ("properties", BillOfMaterials.properties(build)),
            ])
          )
        ])
      ),
      ("components", .array(components.map(BillOfMaterials.json))),
      (
        "dependencies",
        .array([
          .object([
            ("ref", .text(own)), ("dependsOn", .array(components.map { .text($0.reference) })),
          ])
        ])
      ),
    ]).formatted
  }

  /// How it was built, and what it needs to run.
  private var build: [(String, String)] {
    [
      ("commit", BuildFacts.commit ?? "not stated: only make release does"),
      ("target", BuildFacts.target), ("march", BuildFacts.march),
      ("processor_needs", BuildFacts.extensions), ("optimization", BuildFacts.optimization),
      ("warnings_are_errors", String(BuildFacts.isStrict)), ("compiler", BuildFacts.compiler),
    ].map { ("autodistill:build:\($0.0)", $0.1) }
  }

  private var components: [Component] {
    let swift = "Apache-2.0 WITH Swift-exception"
    func ofSwift(_ name: String, _ library: String, _ description: String) -> Component {
      Component(
        name: name, version: BuildFacts.swiftVersion, licence: swift, description: description,
        isStatic: !libraries.has(library))
    }
    var result = [
      ofSwift("swift-stdlib", "libswiftCore.so", "Swift's standard library and runtime"),
      ofSwift("swift-foundation", "libFoundation.so", "Foundation, with ICU's tables"),
      ofSwift("swift-corelibs-libdispatch", "libdispatch.so", "queues and threads"),
      Component(
        name: "openblas", version: BuildFacts.openBLASVersion, licence: "BSD-3-Clause",
        description: "linear algebra", isStatic: !libraries.has("libopenblas"),
        properties: [("autodistill:configuration", BuildFacts.openBLASConfiguration)]),
    ]
    if let version = BuildFacts.glibcVersion {
      result.append(
        Component(
          name: "glibc", version: version, licence: "LGPL-2.1-or-later",
          description: "the system's C library", isStatic: !libraries.has("libc.so")))
    }
    let known = ["libswift", "lib_Foundation", "libFoundation", "libdispatch", "libBlocksRuntime"]
    let own = ["libopenblas", "libc.so", "libm.so", "ld-linux", "libpthread", "libdl.", "libblas"]
    for name in libraries.names where !(known + own).contains(where: name.hasPrefix) {
      let version = name.split(separator: ".so.").dropFirst().first.map(String.init) ?? ""
      result.append(
        Component(
          name: name.components(separatedBy: ".so")[0], version: version,
          licence: BillOfMaterials.licences.first { name.hasPrefix($0.key) }?.value,
          description: "loaded from the system", isStatic: false))
    }
    return result
  }

  /// Of libraries of the system, by the beginning of their names.
  private static let licences = [
    "libstdc++": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgcc_s": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libquadmath": "LGPL-2.1-or-later", "libz": "Zlib",
  ]
}

extension BillOfMaterials {
  private static func json(_ component: Component) -> JSONText {
    var members: [(name: String, value: JSONText)] = [
      ("type", .text("library")), ("bom-ref", .text(component.reference)),
      ("name", .text(component.name)),
    ]
    if !component.version.isEmpty { members.append(("version", .text(component.version))) }
    members.append(("description", .text(component.description)))
    if let licence = component.licence { members.append(("licenses", licences(licence))) }
    let linkage = component.isStatic ? "static" : "dynamic"
    members.append(
      ("properties", properties([("autodistill:linkage", linkage)] + component.properties)))
    return .object(members)
  }

  /// One SPDX licence by its name, or an expression of several words.
  private static func licences(_ text: String) -> JSONText {
    .array([
      text.contains(" ")
        ? .object([("expression", .text(text))])
        : .object([("license", .object([("id", .text(text))]))])
    ])
  }

  private static func properties(_ list: [(String, String)]) -> JSONText {
    .array(list.map { .object([("name", .text($0.0)), ("value", .text($0.1))]) })
  }
}
