import Settings
public import Views
import Work

/// Writes training sets of the files that a recipe makes of frames, on any threads; whatever their number, the same
/// frames give the same bytes.
public final class DatasetWriter {
  private let views: [SetView]
  private let outputs: [SetOutput]
  private let resumes: Bool
  private var isFinished = false

  /// - Parameters:
  ///   - targets: what will be there after `finish`.
  ///   - settings: layouts, background, points.
  ///   - views: all views of the set.
  ///   - size: how large the object is.
  ///   - identity: what tells this set from every other: only what a run with the same one has left is gone on
  ///     with.
  ///   - resumes: whether to go on with what a killed run has left, and to leave what is whole on failure.
  public init(
    to targets: [DatasetTarget], settings: DatasetSettings, views: [SetView], size: ObjectSize,
    identity: String, resumes: Bool
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
  }

  deinit {
    if !isFinished { for output in outputs { output.abandon(keeping: resumes) } }
  }

  /// The views that are still to be drawn, by index.
  public var missing: [Int] {
    views.indices.filter { index in outputs.contains { !$0.present.contains(index) } }
  }

  /// Makes the files of views.
  public var recipe: ViewRecipe {
    ViewRecipe(
      views: views, outputs: outputs.map { (present: $0.present, files: $0.recipe) })
  }

  /// Adds the files of a view. Views come in order.
  public func add(_ files: EncodedView) throws {
    for (index, files) in files.parts {
      for file in files { try outputs[index].add(file) }
    }
  }

  /// Whether all views are there: where runs share a folder, those of the other parts too.
  public var isWhole: Bool { outputs.allSatisfy { $0.has(views) } }

  /// Writes what concerns all views, and puts the sets in their places.
  public func finish(_ set: SetRecord) throws {
    for output in outputs { try output.close(views, set) }
    for output in outputs { try output.finish(views, set) }
    isFinished = true
  }

  /// Ends a part whose set is not whole yet: what it has written stays.
  public func leave() { isFinished = true }
}

/// The files of one view, for each output.
public struct EncodedView: Sendable {
  fileprivate let parts: [(output: Int, files: [SetFile])]
}

/// What files a view becomes; it may be used on any thread.
public struct ViewRecipe: Sendable {
  fileprivate let views: [SetView]
  fileprivate let outputs:
    [(present: Set<Int>, files: @Sendable (SetView) -> [(name: String, content: ViewContent)])]

  /// Encodes a frame for every output that does not have the view yet.
  public func files(of frame: Frame, index: Int) throws -> EncodedView {
    let encoder = ViewEncoder(frame)
    return EncodedView(
      parts: try outputs.enumerated().filter { !$0.element.present.contains(index) }
        .map { place, output in
          let files = try output.files(views[index]).map {
            SetFile($0.name, try encoder.bytes($0.content))
          }
          return (place, files)
        })
  }
}

/// One place that a set goes to.
private final class SetOutput {
  private enum Form: Sendable {
    case files(CombinedLayout)
    case hdf5(HDF5Set)
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
    let form: Form
    if target.container == .hdf5 {
      form = .hdf5(HDF5Set(settings))
    } else {
      let layout = CombinedLayout(settings, size: size)
      try layout.check(views, at: target.path)
      form = .files(layout)
    }
    store = try target.makeStore(
      identity: identity, continuing: resumes,
      viewsInShard: isSamples ? settings.shardViews : nil)
    self.form = form
    present = try store.resume(views.map { Self.files(of: $0, form).map(\.name) })
  }

  private static func files(
    of view: SetView, _ form: Form
  ) -> [(name: String, content: ViewContent)] {
    switch form {
    case .files(let layout): layout.files(of: view)
    case .hdf5(let set): set.files(of: view)
    }
  }

  /// The files of a view.
  var recipe: @Sendable (SetView) -> [(name: String, content: ViewContent)] {
    { [form] view in Self.files(of: view, form) }
  }

  func add(_ file: SetFile) throws { try store.add(file) }

  func has(_ views: [SetView]) -> Bool {
    views.allSatisfy { store.has(Self.files(of: $0, form).map(\.name)) }
  }

  func close(_ views: [SetView], _ set: SetRecord) throws {
    guard case .files(let layout) = form else { return }
    for file in try layout.closing(views, set) { try store.add(file) }
  }

  func finish(_ views: [SetView], _ set: SetRecord) throws {
    guard case .hdf5(let hdf5) = form, let spool = store as? ArchiveStore else {
      return try store.finish()
    }
    let file = try StagedFile(path: target.path)
    try hdf5.write(spool.archive, views, set, to: file.temporaryPath, shownAs: target.path)
    try file.commit()
    store.abandon(keeping: false)
  }

  func abandon(keeping: Bool) { store.abandon(keeping: keeping) }
}
