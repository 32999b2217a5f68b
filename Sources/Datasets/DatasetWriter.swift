import Settings
public import Views
public import Work

/// Takes frames and writes training sets. Frames are encoded on other threads and written in order, with a bounded
/// number in flight; whatever the thread count, the same frames give the same bytes.
public final class DatasetWriter {
  private let views: [SetView]
  private let outputs: [SetOutput]
  private let resumes: Bool
  private let encoders: OrderedPipeline<[(output: Int, files: [SetFile])]>
  private var isFinished = false

  /// Frames that wait to be encoded hold at most about this many bytes.
  private static let waitingBytes = 256 << 20

  /// - Parameters:
  ///   - targets: what will be there after `finish`.
  ///   - settings: layouts, background, points.
  ///   - views: all views of the set.
  ///   - size: how large the object is.
  ///   - identity: what tells this set from every other: only what a run with the same one has left is gone on
  ///     with.
  ///   - resumes: whether to go on with what a killed run has left, and to leave what is whole on failure.
  ///   - work: threads that encode, and cancellation.
  public init(
    to targets: [DatasetTarget], settings: DatasetSettings, views: [SetView], size: ObjectSize,
    identity: String, resumes: Bool, _ work: WorkContext
  ) throws {
    (self.views, self.resumes) = (views, resumes)
    var outputs: [SetOutput] = []
    do {
      for target in targets {
        outputs.append(
          try SetOutput(target, settings, views, size, identity: identity, resumes: resumes))
      }
    } catch {
      for output in outputs { output.abandon(keeping: resumes) }
      throw error
    }
    self.outputs = outputs
    let lens = views[0].camera.intrinsics
    let frameBytes = 12 * lens.width * lens.height
    let depth = max(2, min(work.threads + 1, Self.waitingBytes / frameBytes))
    encoders = OrderedPipeline(work, depth: depth) { parts in
      for (index, files) in parts {
        for file in files { try outputs[index].add(file) }
      }
    }
  }

  deinit {
    if !isFinished { for output in outputs { output.abandon(keeping: resumes) } }
  }

  /// The views that are still to be drawn, by index.
  public var missing: [Int] {
    views.indices.filter { index in outputs.contains { !$0.present.contains(index) } }
  }

  /// Adds a view. Views come in order; one that is there already is left alone.
  public func append(_ frame: Frame, index: Int) throws {
    let view = views[index]
    let wanted = outputs.enumerated().filter { !$0.element.present.contains(index) }
      .map { (output: $0.offset, files: $0.element.files(of: view)) }
    if wanted.isEmpty { return }
    try encoders.submit {
      let encoder = ViewEncoder(frame)
      return try wanted.map { output, files in
        (output, try files.map { SetFile($0.name, try encoder.bytes($0.content)) })
      }
    }
  }

  /// Writes what concerns all views, and puts the sets in their places.
  public func finish(_ set: SetRecord) throws {
    try encoders.finish()
    for output in outputs { try output.close(views, set) }
    for output in outputs { try output.finish(views, set) }
    isFinished = true
  }
}

/// One place that a set goes to.
private final class SetOutput {
  private enum Form {
    case files(CombinedLayout)
    case hdf5(HDF5Set, ArchiveStore)
  }

  private let target: DatasetTarget
  private let form: Form
  private let store: any FileStore
  /// The views that an earlier run has left.
  let present: Set<Int>

  init(
    _ target: DatasetTarget, _ settings: DatasetSettings, _ views: [SetView], _ size: ObjectSize,
    identity: String, resumes: Bool
  ) throws {
    self.target = target
    let isSamples = settings.layout == [.webdataset]
    store = try target.makeStore(
      identity: identity, continuing: resumes,
      viewsInShard: isSamples ? settings.shardViews : nil)
    let form: Form
    if target.container == .hdf5, let spool = store as? ArchiveStore {
      form = .hdf5(HDF5Set(settings), spool)
    } else {
      form = .files(CombinedLayout(settings, size: size))
    }
    self.form = form
    present = try store.resume(views.map { Self.files(of: $0, form).map(\.name) })
  }

  private static func files(
    of view: SetView, _ form: Form
  ) -> [(name: String, content: ViewContent)] {
    switch form {
    case .files(let layout): layout.files(of: view)
    case .hdf5(let set, _): set.files(of: view)
    }
  }

  func files(of view: SetView) -> [(name: String, content: ViewContent)] {
    Self.files(of: view, form)
  }

  func add(_ file: SetFile) throws { try store.add(file) }

  func close(_ views: [SetView], _ set: SetRecord) throws {
    guard case .files(let layout) = form else { return }
    for file in try layout.closing(views, set) { try store.add(file) }
  }

  func finish(_ views: [SetView], _ set: SetRecord) throws {
    guard case .hdf5(let hdf5, let spool) = form else { return try store.finish() }
    let file = try StagedFile(path: target.path)
    try hdf5.write(spool.archive, views, set, to: file.temporaryPath, shownAs: target.path)
    try file.commit()
    store.abandon(keeping: false)
  }

  func abandon(keeping: Bool) { store.abandon(keeping: keeping) }
}
