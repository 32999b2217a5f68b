import Archives
import Work

/// The parts of a 3MF file by name, and which of them is the model.
struct ThreeMFPackage {
  private let archive: ZipReader
  /// The part that the package's own relationship names.
  let modelPath: String
  private(set) var models: [String: ThreeMFModel] = [:]

  /// What all parts that are read may unpack to.
  static let byteLimit = 4 << 30

  init(_ file: [UInt8], log: LogSink) throws(FormatError) {
    archive = try Self.translated { () throws(ArchiveError) in try ZipReader(file) }
    let relations = try Self.relationships(of: "", in: archive)
    let starts = relations.filter { $0.kind == ThreeMFName.modelRelationship }
    guard let start = starts.first else {
      throw FormatError("bad-3mf", "the package names no 3D model", at: "_rels/.rels")
    }
    guard starts.count == 1 else {
      throw FormatError("bad-3mf", "the package names more than one 3D model", at: "_rels/.rels")
    }
    modelPath = start.target
    let folder = modelPath.lastIndex(of: "/").map { String(modelPath[...$0]) } ?? ""
    let inner = folder + "_rels/" + modelPath.dropFirst(folder.count) + ".rels"
    let tickets = try Self.relationships(of: inner, in: archive).filter {
      $0.kind == ThreeMFName.ticketRelationship
    }
    guard tickets.count <= 1 else {
      throw FormatError("bad-3mf", "the model has more than one print ticket", at: inner)
    }
    try load([modelPath], log)
  }

  /// Reads the model part and those it names, however far; each once.
  private mutating func load(_ first: [String], _ log: LogSink) throws(FormatError) {
    var wanted = first
    while let path = wanted.popLast() {
      guard models[path] == nil else { continue }
      guard let bytes = try part(path) else {
        throw FormatError("bad-3mf", "the package does not hold this model part", at: path)
      }
      do throws(FormatError) {
        let model = try ThreeMFModelParser.parse(bytes, log: log)
        models[path] = model
        wanted += model.namedPaths
      } catch {
        throw error.inside(path)
      }
    }
  }

  /// The bytes of a part; nil where there is none. Part names do not tell case apart.
  func part(_ path: String) throws(FormatError) -> [UInt8]? {
    try Self.part(path, in: archive)
  }

  private static func part(_ path: String, in archive: ZipReader) throws(FormatError) -> [UInt8]? {
    let wanted = normalized(path)
    guard let name = archive.names.first(where: { normalized($0) == wanted }) else { return nil }
    return try translated { () throws(ArchiveError) in
      try archive.read([name], byteLimit: byteLimit)[name]
    }
  }

  private static func normalized(_ path: String) -> String {
    (path.hasPrefix("/") ? String(path.dropFirst()) : path).lowercased()
  }

  private static func relationships(
    of name: String, in archive: ZipReader
  ) throws(FormatError) -> [(kind: String, target: String)] {
    let path = name.isEmpty ? "_rels/.rels" : name
    guard let bytes = try part(path, in: archive) else {
      if !name.isEmpty { return [] }
      throw FormatError("bad-3mf", "this is no 3MF package: it has no relationships", at: path)
    }
    var found: [(kind: String, target: String)] = []
    var xml = XMLScanner(bytes)
    do throws(FormatError) {
      while true {
        let event = try xml.next()
        if event == .end { break }
        guard event == .open, xml.key == ThreeMFName.relationship,
          let kind = xml.value(XMLName.key("Type")), let target = xml.value(XMLName.key("Target"))
        else { continue }
        found.append((kind: xml.string(kind), target: xml.string(target)))
      }
    } catch {
      throw error.inside(path)
    }
    return found
  }

  private static func translated<Value>(
    _ body: () throws(ArchiveError) -> Value
  ) throws(FormatError) -> Value {
    do throws(ArchiveError) {
      return try body()
    } catch {
      throw FormatError(error.code, error.message, at: error.place, kind: error.kind)
    }
  }
}

extension ThreeMFModel {
  /// The other model parts that this one names.
  fileprivate var namedPaths: [String] {
    let inner = objects.values.flatMap { object -> [Component] in
      if case .components(let components) = object.content { components } else { [] }
    }
    return Array(Set((items + inner).compactMap(\.path))).sorted()
  }
}
