import Archives
import Foundation

/// The files of a set that is read: in a folder, or in an archive of any kind. One folder at the top that holds all
/// the others is left out of names.
struct SetFiles: Sendable {
  private enum Place: Sendable {
    case folder(String)
    case archive(ArchiveReader)
  }

  private let place: Place
  private let top: String
  let path: String
  /// All names, in order.
  let names: [String]
  private let known: Set<String>

  init(path: String) throws {
    let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    self.path = path
    var found: [String]
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let attributes else { throw ReadingError("there is nothing at this place", path) }
    if attributes[.type] as? FileAttributeType == .typeDirectory {
      place = .folder(path)
      found = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
        .filter { name in
          let kind = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)[.type]
          return kind as? FileAttributeType != .typeDirectory
        }.sorted()
    } else {
      do {
        let archive = try ArchiveReader(path: path)
        place = .archive(archive)
        found = archive.names
      } catch {
        throw ReadingError(
          "it is no folder, ZIP, tar or HDF5 file, or a damaged one: \(error.message)", path)
      }
    }
    let tops = Set(found.map { $0.prefix { $0 != "/" } })
    let hasTop =
      tops.count == 1 && !["", ".", ".."].contains(String(tops.first!))
      && found.allSatisfy { $0.contains("/") }
    let start = hasTop ? tops.first! + "/" : ""
    if !start.isEmpty { found = found.map { String($0.dropFirst(start.count)) } }
    (top, names, known) = (String(start), found, Self.inside(found))
  }

  /// The files below one folder of these.
  func inside(_ folder: String) -> SetFiles {
    SetFiles(
      place: place, top: top + folder + "/", path: path + "/" + folder,
      names: names.filter { $0.hasPrefix(folder + "/") }.map {
        String($0.dropFirst(folder.count + 1))
      })
  }

  private init(place: Place, top: String, path: String, names: [String]) {
    (self.place, self.top, self.path) = (place, top, path)
    (self.names, known) = (names, Self.inside(names))
  }

  /// Without what an archive says lies above it, which nothing of the set is to be.
  private static func inside(_ names: [String]) -> Set<String> {
    Set(names.filter { !$0.hasPrefix("/") && !$0.split(separator: "/").contains("..") })
  }

  /// The folders at the top.
  var folders: [String] {
    Set(names.compactMap { name in name.firstIndex(of: "/").map { String(name[..<$0]) } }).sorted()
  }

  /// Whether the files lie in a folder, where another set can be a file.
  var isFolder: Bool { if case .folder = place { true } else { false } }

  func has(_ name: String) -> Bool { known.contains(name) }

  /// Names that stand twice in an archive.
  var repeated: [String] {
    var seen: Set<String> = []
    return names.filter { !seen.insert($0).inserted }
  }

  /// What a file holds. Throws where it is damaged or not there.
  func read(_ name: String) throws -> [UInt8] {
    switch place {
    case .folder(let folder):
      guard let data = FileManager.default.contents(atPath: folder + "/" + top + name) else {
        throw ReadingError("the file cannot be read", path + "/" + name)
      }
      return [UInt8](data)
    case .archive(let archive):
      do {
        guard let bytes = try archive.read([top + name], byteLimit: 1 << 31)[top + name] else {
          throw ReadingError("the file is not there", path + "/" + name)
        }
        return bytes
      } catch let error as ArchiveError {
        throw ReadingError("the archive is damaged here: \(error.message)", path + "/" + name)
      }
    }
  }

  /// The file that a set means by a path: as it stands, without "./", or with an ending that was left out.
  func resolve(_ path: String, endings: [String] = [".png", ".jpg", ".jpeg", ".webp", ".exr"])
    -> String?
  {
    var parts: [Substring] = []
    for part in path.replacing("\\", with: "/").split(separator: "/") where part != "." {
      if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
    }
    let name = parts.joined(separator: "/")
    return has(name) ? name : endings.map { name + $0 }.first(where: has)
  }
}
