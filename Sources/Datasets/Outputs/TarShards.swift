import Archives

/// Tars of so many views each in a folder, and the other files beside them.
final class TarShards: FileStore {
  private let folder: FolderStore
  private let viewsInShard: Int
  private var current: (number: Int, archive: StoredArchive)?
  /// Views begun, and the names of the last one's files that are still to come.
  private var views: [[String]] = []
  private var next = 0
  private var written = 0

  init(_ folder: FolderStore, viewsInShard: Int) {
    (self.folder, self.viewsInShard) = (folder, viewsInShard)
  }

  private func path(_ shard: Int) -> String { folder.place + "/shard-\(padded(shard, 6)).tar" }

  /// A tar that is whole is closed; the last one that is begun is gone on with.
  func resume(_ views: [[String]]) throws -> Set<Int> {
    self.views = views
    for shard in 0..<(views.count + viewsInShard - 1) / viewsInShard {
      let part = views[shard * viewsInShard..<min(views.count, (shard + 1) * viewsInShard)]
      let archive = try StoredArchive(path: path(shard), format: .tar, continuing: true)
      let names = archive.entries.map(\.name)
      var count = 0
      for view in part {
        guard names[count...].starts(with: view) else { break }
        (next, count) = (next + 1, count + view.count)
      }
      try archive.keep(count)
      current = (shard, archive)
      if next < min(views.count, (shard + 1) * viewsInShard) { break }
      try archive.finish()
    }
    return Set(0..<next)
  }

  func add(_ file: SetFile) throws {
    guard next < views.count, views[next][written] == file.name else {
      // About the whole set: for whoever looks into the folder, not for readers of samples.
      return try folder.add(SetFile(file.name.replacing("__maquette__/", with: ""), file.bytes))
    }
    let shard = next / viewsInShard
    if current?.number != shard {
      current = (shard, try StoredArchive(path: path(shard), format: .tar))
    }
    try current!.archive.add(file.name, file.bytes)
    written += 1
    guard written == views[next].count else { return }
    (next, written) = (next + 1, 0)
    if next % viewsInShard == 0 || next == views.count { try current!.archive.finish() }
  }

  func finish() throws { try folder.finish() }

  func abandon(keeping: Bool) { folder.abandon(keeping: keeping) }
}
