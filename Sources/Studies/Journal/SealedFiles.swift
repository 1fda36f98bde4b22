import FileFormats
import Foundation

/// Files of a study that its journal does not know, because they come and go while it runs or afterwards. Each has a
/// checksum of its own and says for which place it was written.
struct SealedFiles {
  enum Kind: Hashable {
    /// What an unfinished training has kept: a checkpoint, or weights on the way to int8 or of a chain.
    case unfinished
    /// What a shadow of a student says, for `leakage`.
    case shadow
    /// A student's reference statistics, for `monitor`.
    case reference

    /// Nil for a file that the journal knows, or nobody.
    init?(fileName name: String) {
      guard name.hasSuffix(".safetensors"), !name.hasPrefix(".") else { return nil }
      if name.hasSuffix("checkpoint.safetensors") || name.hasSuffix(".fp32.safetensors")
        || name.contains(".link-")
      {
        self = .unfinished
      } else if name.hasPrefix("shadow-") {
        self = .shadow
      } else if name == "reference.safetensors" {
        self = .reference
      } else {
        return nil
      }
    }
  }

  struct File: Hashable {
    /// From the study's folder.
    var path: String
    var kind: Kind
    /// Nil for a file that is no safetensors file.
    var check: SafetensorsFile.Check?

    /// Whether it is of no use where it is.
    var isLost: Bool {
      switch check {
      case nil, .damaged, .misplaced: true
      case .intact, .unchecked: false
      }
    }

    /// What was found, in a few words; empty where it is intact.
    var finding: String {
      switch check {
      case nil: "no whole safetensors file"
      case .intact: ""
      case .unchecked: "no checksum, as an earlier version has written it"
      case .damaged(let found, let expected):
        "sha256 \(found.prefix(16))…, \(expected.prefix(16))… in the file"
      case .misplaced(let place): "another training's, written as \(place)"
      }
    }
  }

  /// In the order of their paths.
  let files: [File]

  /// Looks at the files of a folder; each is read once. One that disappears meanwhile, as its training has ended, is
  /// none of them.
  ///
  /// - Throws: `FileFormatError.system` if one is there and cannot be read: whether it is whole is not known then.
  init(_ folder: StudyFolder) throws {
    var files: [File] = []
    for place in [folder.teacher] + folder.candidateFolders {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
      for name in names.sorted() {
        guard let kind = Kind(fileName: name) else { continue }
        let path = "\(place)/\(name)"
        let check: SafetensorsFile.Check?
        do {
          check = try SafetensorsFile.read(path).check(at: path)
        } catch let error as FileFormatError {
          if case .system = error {
            guard FileManager.default.fileExists(atPath: path) else { continue }
            throw error
          }
          check = nil
        } catch {
          check = nil
        }
        files.append(File(path: folder.relative(path), kind: kind, check: check))
      }
    }
    self.files = files
  }
}
