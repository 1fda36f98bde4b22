import Foundation
import TestSupport
import Testing

@testable import autodistill

@Suite("what the program contains")
struct VersionTests {
  /// The members that CycloneDX 1.5's JSON schema requires, with its rules for those that are there.
  private func check(_ text: String) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let document = try #require(object as? [String: Any])
    #expect(document["bomFormat"] as? String == "CycloneDX")
    #expect(document["specVersion"] as? String == "1.5")
    #expect(document["version"] as? Int ?? 0 >= 1)
    let known: Set = [
      "bomFormat", "specVersion", "version", "metadata", "components", "dependencies",
    ]
    #expect(Set(document.keys) == known)
    let metadata = try #require(document["metadata"] as? [String: Any])
    let components = try #require(document["components"] as? [[String: Any]])
    let all = [try #require(metadata["component"] as? [String: Any])] + components
    let types: Set = [
      "application", "framework", "library", "container", "platform", "operating-system", "device",
      "device-driver", "firmware", "file", "machine-learning-model", "data",
    ]
    var references: Set<String> = []
    for component in all {
      #expect(types.contains(component["type"] as? String ?? ""))
      #expect((component["name"] as? String)?.isEmpty == false)
      let reference = try #require(component["bom-ref"] as? String)
      #expect(!reference.isEmpty && references.insert(reference).inserted)
      for choice in component["licenses"] as? [[String: Any]] ?? [] {
        // Either one licence with an SPDX name, or an expression.
        let id = (choice["license"] as? [String: Any])?["id"] as? String
        #expect(choice.count == 1 && (id ?? choice["expression"] as? String)?.isEmpty == false)
      }
      for property in component["properties"] as? [[String: Any]] ?? [] {
        #expect(
          Set(property.keys) == ["name", "value"] && property.values.allSatisfy { $0 is String })
      }
    }
    for dependency in try #require(document["dependencies"] as? [[String: Any]]) {
      let named =
        (dependency["dependsOn"] as? [String] ?? []) + [dependency["ref"] as? String ?? ""]
      #expect(Set(named).count == named.count && references.isSuperset(of: named))
    }
    return document
  }

  private func components(_ document: [String: Any]) -> [String: [String: Any]] {
    let list = document["components"] as? [[String: Any]] ?? []
    return Dictionary(list.map { ($0["name"] as? String ?? "", $0) }) { first, _ in first }
  }

  private func property(_ name: String, of component: [String: Any]?) -> String? {
    (component?["properties"] as? [[String: String]])?.first { $0["name"] == name }?["value"]
  }

  @Test("is listed as CycloneDX requires it, the same each time", Program.isBuilt)
  func list() throws {
    let ended = try Program.run("--version", "--json")
    #expect(ended.status == 0 && ended.errors.isEmpty)
    #expect(try Program.run("--version", "--json").output == ended.output)
    let document = try check(ended.output)
    let found = components(document)
    for name in ["swift-stdlib", "swift-foundation", "openblas"] { #expect(found[name] != nil) }
    #expect(
      property("autodistill:configuration", of: found["openblas"])?.hasPrefix("OpenBLAS") == true)
    let own = (document["metadata"] as? [String: Any])?["component"] as? [String: Any]
    #expect(own?["version"] as? String == ProgramVersion.current)
    for name in ["commit", "target", "march", "optimization", "warnings_are_errors", "compiler"] {
      #expect(property("autodistill:build:\(name)", of: own)?.isEmpty == false, "\(name)")
    }
  }

  @Test("is called static where the process has loaded no library of the name")
  func linkage() throws {
    let maps = """
      7f0000000000-7f0000001000 r-xp 00000000 08:01 1  /usr/lib/libopenblasp-r0.3.26.so
      7f0000000000-7f0000001000 r--p 00000000 08:01 1  /usr/lib/libopenblasp-r0.3.26.so
      7f0000002000-7f0000003000 rw-p 00000000 00:00 0
      7f0000003000-7f0000004000 r-xp 00000000 08:01 2  /usr/lib/my libs/libstdc++.so.6.0.30
      7f0000004000-7f0000005000 r-xp 00000000 08:01 3  /opt/autodistill
      """
    let libraries = LoadedLibraries(maps: maps)
    #expect(libraries.names == ["libopenblasp-r0.3.26.so", "libstdc++.so.6.0.30"])
    let found = components(try check(BillOfMaterials(libraries).json))
    #expect(property("autodistill:linkage", of: found["openblas"]) == "dynamic")
    #expect(property("autodistill:linkage", of: found["swift-stdlib"]) == "static")
    #expect(found["libstdc++"]?["version"] as? String == "6.0.30")
    let own = components(try check(BillOfMaterials(LoadedLibraries(maps: "")).json))
    #expect(property("autodistill:linkage", of: own["openblas"]) == "static")
  }

  @Test("is not asked for by anything else behind --version", Program.isBuilt)
  func refused() throws {
    let ended = try Program.run("--version", "--xml")
    #expect(ended.status == 2 && ended.errors.contains("--version: got '--xml', expected"))
    #expect(try Program.run("--version").output == "autodistill \(ProgramVersion.current)\n")
  }
}
