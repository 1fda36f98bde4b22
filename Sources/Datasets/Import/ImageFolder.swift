import Foundation

/// A folder of pictures with one sub-folder a class, or with `train` and `test` folders of such.
public struct ImageFolder: Hashable, Sendable {
  /// A picture and its class.
  public struct Item: Hashable, Sendable {
    public let path: String
    public let label: Int
  }

  /// Where the pictures are.
  let path: String
  /// The sub-folders' names in order; numbers within them count as numbers, so `10` comes after `9`.
  public let classNames: [String]
  public let train: [Item]
  /// Empty where there is no folder `test`.
  public let test: [Item]
  /// Files next to the classes' folders and folders within these, which are not looked at.
  public let leftOut: [String]

  /// Looks for pictures; hidden files are left out.
  ///
  /// - Throws: `DatasetError` if there are fewer than two classes, an empty one, or if the test folder has a
  ///   class that the training folder has not.
  public init(_ path: String) throws {
    let folders = try ImageFolder.entries(of: path).filter(\.isFolder).map(\.name)
    let isSplit = Set(folders) == ["train", "test"]
    func full(_ parts: String...) -> String {
      parts.reduce(path) { ($0 as NSString).appendingPathComponent($1) }
    }
    let root = isSplit ? full("train") : path
    let names = try ImageFolder.entries(of: root).filter(\.isFolder).map(\.name)
    guard names.count >= DatasetDefinition.classRange.lowerBound else {
      throw DatasetError.invalidData(
        file: root, location: "sub-folders", found: names.isEmpty ? "none" : names[0],
        expected: "one for each class, at least two, or the folders train and test with these")
    }
    var leftOut: [String] = []
    func leaveOut(in folder: String, where isLeftOut: (Entry) -> Bool) throws {
      leftOut += try ImageFolder.entries(of: folder).filter(isLeftOut).map {
        (folder as NSString).appendingPathComponent($0.name)
      }
    }
    func items(in root: String, of name: String, label: Int) throws -> [Item] {
      let folder = (root as NSString).appendingPathComponent(name)
      try leaveOut(in: folder, where: \.isFolder)
      return try ImageFolder.entries(of: folder).filter { !$0.isFolder }.map {
        Item(path: (folder as NSString).appendingPathComponent($0.name), label: label)
      }
    }
    for folder in isSplit ? [path, root, full("test")] : [path] {
      try leaveOut(in: folder) { !$0.isFolder }
    }
    var train: [Item] = []
    for (label, name) in names.enumerated() {
      let found = try items(in: root, of: name, label: label)
      guard !found.isEmpty else {
        throw DatasetError.invalidData(
          file: (root as NSString).appendingPathComponent(name), location: "folder",
          found: "no file", expected: "pictures of the class \(name)")
      }
      train += found
    }
    var test: [Item] = []
    if isSplit {
      for name in try ImageFolder.entries(of: full("test")).filter(\.isFolder).map(\.name) {
        guard let label = names.firstIndex(of: name) else {
          throw DatasetError.invalidData(
            file: full("test", name), location: "class", found: name,
            expected: "one of the classes in \(root)")
        }
        test += try items(in: full("test"), of: name, label: label)
      }
    }
    (self.path, classNames, self.train, self.test) = (path, names, train, test)
    self.leftOut = leftOut
  }

  /// Returns a picture's path from the folder on.
  func relativePath(of item: Item) -> String {
    let rest = item.path.dropFirst(path.count)
    return String(rest.drop { $0 == "/" })
  }

  private struct Entry {
    let name: String
    let isFolder: Bool
  }

  /// Returns what lies in a folder, in the order in which people count.
  private static func entries(of folder: String) throws -> [Entry] {
    let manager = FileManager.default
    let names: [String]
    do {
      names = try manager.contentsOfDirectory(atPath: folder)
    } catch {
      throw DatasetError.invalidData(
        file: folder, location: "folder", found: "nothing that can be listed",
        expected: "a folder of pictures")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted(by: ImageFolder.isBefore).map { name in
      var isFolder: ObjCBool = false
      _ = manager.fileExists(
        atPath: (folder as NSString).appendingPathComponent(name), isDirectory: &isFolder)
      return Entry(name: name, isFolder: isFolder.boolValue)
    }
  }

  /// Orders names as people do: numbers by their value. The same on every machine, whatever its language.
  static func isBefore(_ a: String, _ b: String) -> Bool {
    let (first, second) = (pieces(a), pieces(b))
    for (x, y) in zip(first, second) where x != y {
      if let m = Int(x), let n = Int(y), m != n { return m < n }
      return x < y
    }
    return (first.count, a) < (second.count, b)
  }

  /// Returns the runs of digits in a name, and what stands between them.
  private static func pieces(_ name: String) -> [String] {
    var pieces: [String] = []
    var wasDigit: Bool?
    for character in name {
      let isDigit = character.isASCII && character.isNumber
      if isDigit == wasDigit {
        pieces[pieces.count - 1].append(character)
      } else {
        pieces.append(String(character))
      }
      wasDigit = isDigit
    }
    return pieces
  }
}
