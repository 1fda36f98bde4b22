// Checks that no file of a target refers to a type of a later folder.
//
//     swift .ci/check-folders.swift Sources/Studies Export Definition Journal …
//
// The folders are given in their order, each after all that it may refer to. A lexer's check: it knows a
// reference by the name of a type that some file of the target declares at the left margin, and does not
// read comments and the text of strings.

import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count > 1 else {
  print("usage: check-folders.swift TARGET FOLDER …")
  exit(2)
}
let (target, order) = (arguments[0], Array(arguments[1...]))

struct SourceFile {
  let path: String
  /// The place of its folder in the order.
  let rank: Int
  let lines: [Substring]
}

/// Returns a line without its comment and the text of its strings.
func code(_ line: Substring) -> String {
  var kept = ""
  var isText = false
  var previous: Character = " "
  for character in line {
    if character == "\"" && previous != "\\" {
      isText.toggle()
    } else if !isText {
      if character == "/" && previous == "/" { return String(kept.dropLast()) }
      kept.append(character)
    }
    previous = character
  }
  return kept
}

/// Returns the name of the type that a line declares, if it does.
func declared(_ line: Substring) -> String? {
  let pattern =
    #/^(?:(?:public|package|final|indirect)\s+)*(?:struct|class|enum|protocol|actor|typealias)\s+(?<name>\w+)/#
  return line.prefixMatch(of: pattern).map { String($0.name) }
}

var files: [SourceFile] = []
var complaints: [String] = []
let names = FileManager.default.enumerator(atPath: target)?.compactMap { $0 as? String } ?? []
for name in names.filter({ $0.hasSuffix(".swift") }).sorted() {
  let path = "\(target)/\(name)"
  let folder = (name as NSString).deletingLastPathComponent
  // A folder within one of them has its place.
  guard let rank = order.firstIndex(of: String(folder.prefix { $0 != "/" })) else {
    complaints.append("\(path): stands in no folder of \(order.joined(separator: ", "))")
    continue
  }
  let text = try String(contentsOfFile: path, encoding: .utf8)
  files.append(
    SourceFile(
      path: path, rank: rank, lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
}

var owners: [String: SourceFile] = [:]
for file in files {
  for line in file.lines {
    if let name = declared(line) { owners[name] = file }
  }
}
for file in files {
  for (index, line) in file.lines.enumerated() {
    for word in code(line).split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }) {
      guard let owner = owners[String(word)], owner.rank > file.rank else { continue }
      complaints.append(
        "\(file.path):\(index + 1): refers to \(word) of \(owner.path), which is in a later folder")
    }
  }
}
complaints.forEach { print($0) }
exit(complaints.isEmpty ? 0 : 1)
