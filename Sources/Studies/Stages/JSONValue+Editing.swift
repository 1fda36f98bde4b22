import FileFormats
import Foundation
import Teachers

extension JSONValue {
  /// The value as it will stand in a file.
  var text: JSONText {
    switch self {
    case .null, .flag, .integer, .number: .literal(description)
    case .text(let text): .text(text)
    case .array(let elements): .array(elements.map(\.text))
    case .object(let members): .object(members.map { ($0.name, $0.value.text) })
    }
  }

  /// A member of an object; nil if there is none.
  func member(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// Returns the object with another value of a member, which is added if there is none.
  func setting(_ name: String, _ value: JSONValue) -> JSONValue {
    guard member(name) == nil else { return replacing(name) { _ in value } }
    guard case .object(let members) = self else { return self }
    return .object(members + [Member(name: name, value: value)])
  }

  /// Returns the object with a member changed, if it has one.
  func replacing(_ name: String, _ change: (JSONValue) -> JSONValue) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(
      members.map { $0.name == name ? Member(name: name, value: change($0.value)) : $0 })
  }

  func removing(_ name: String) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { $0.name != name })
  }

  /// Returns a part of `study.json` whose paths lead from any folder to where they led from `folder`.
  ///
  /// - Parameters:
  ///   - folder: Absolute, or as it is named from the new place.
  ///   - place: Where the folder is now, to see which words of a command are files in it; nil: `folder`.
  func movingPaths(to folder: String, at place: String? = nil) -> JSONValue {
    switch self {
    case .text(let path): .text(path.hasPrefix("/") ? path : "\(folder)/\(path)")
    case .array(let elements): .array(elements.map { $0.movingPaths(to: folder, at: place) })
    case .object(let members):
      .object(
        members.map { member in
          if JSONValue.pathNames.contains(member.name) {
            return Member(
              name: member.name, value: member.value.movingPaths(to: folder, at: place))
          }
          return member.name == "command"
            ? Member(
              name: member.name,
              value: member.value.movingFiles(to: folder, at: place ?? folder)) : member
        })
    default: self
    }
  }

  /// Returns a program's arguments, of which those that are files in the folder lead there.
  private func movingFiles(to folder: String, at place: String) -> JSONValue {
    guard case .array(let words) = self else { return self }
    return .array(
      words.map { word in
        guard case .text(let text) = word,
          FileManager.default.fileExists(atPath: "\(place)/\(text)")
        else { return word }
        return word.movingPaths(to: folder)
      })
  }

  /// Members of data and teachers that are paths, or hold some.
  private static let pathNames = Set(
    [
      "train_images", "train_labels", "validation_images", "validation_labels", "test_images",
      "test_labels", "groups", "folder", "cifar10", "cifar100",
    ] + TeacherDefinition.pathNames)
}
