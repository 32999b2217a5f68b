import Archives
import Work

/// The parts of a 3MF file by name, and which of them is the model.
struct ThreeMFPackage {
  private let archive: ArchiveReader
  /// The archive's names by part name; part names do not tell case apart.
  private let names: [String: String]
  /// The part that the package's own relationship names.
  private(set) var modelPath: String
  private(set) var models: [String: ThreeMFModel] = [:]

  /// What all parts that are read may unpack to.
  private var bytesLeft = 2 << 30

  init(_ file: [UInt8], log: LogSink) throws(FormatError) {
    archive = try Self.translated { () throws(ArchiveError) in try ArchiveReader(file) }
    names = Dictionary(
      archive.names.map { (Self.normalized($0), $0) }, uniquingKeysWith: { first, _ in first })
    modelPath = ""
    let relations = try relationships(of: "_rels/.rels")
    guard !relations.isEmpty else {
      throw FormatError(
        "bad-3mf", "this is no 3MF package: it has no relationships", at: "_rels/.rels")
    }
    let starts = relations.filter { $0.kind == ThreeMFName.modelRelationship }
    guard let start = starts.first else {
      throw FormatError("bad-3mf", "the package names no 3D model", at: "_rels/.rels")
    }
    guard starts.count == 1 else {
      throw FormatError("bad-3mf", "the package names more than one 3D model", at: "_rels/.rels")
    }
    modelPath = Self.normalized(start.target)
    let folder = modelPath.lastIndex(of: "/").map { String(modelPath[...$0]) } ?? ""
    let inner = folder + "_rels/" + modelPath.dropFirst(folder.count) + ".rels"
    let tickets = try relationships(of: inner).filter {
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
        wanted += model.namedPaths.map(Self.normalized)
      } catch {
        throw error.inside(path)
      }
    }
  }

  /// The bytes of a part; nil where there is none.
  mutating func part(_ path: String) throws(FormatError) -> [UInt8]? {
    guard let name = names[Self.normalized(path)] else { return nil }
    let limit = bytesLeft
    let bytes = try Self.translated { () throws(ArchiveError) in
      try archive.read([name], byteLimit: limit)[name]
    }
    bytesLeft -= bytes?.count ?? 0
    return bytes
  }

  /// The name by which a part is known, however it is spelled.
  static func normalized(_ path: String) -> String {
    (path.hasPrefix("/") ? String(path.dropFirst()) : path).lowercased()
  }

  private mutating func relationships(
    of path: String
  ) throws(FormatError) -> [(kind: String, target: String)] {
    guard let bytes = try part(path) else { return [] }
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
