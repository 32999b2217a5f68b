import Archives
public import Datasets
import Foundation
public import Settings
import Views
import Work

/// Several models to a training set each. A model that cannot be drawn is told of and left out; memory holds one at a
/// time.
struct DatasetBatch {
  private let call: VerbCall<ExportDatasetSettings>
  /// This part's models, with their options.
  private let items: [(item: ModelList.Item, options: ExportDatasetSettings)]
  private let folder: String?
  /// Where the page about the models goes: parts of a run have one each.
  private let page: String?

  /// What became of a model.
  struct Entry {
    let item: ModelList.Item
    let outcome: Result<VerbResult, any Error>
    let seconds: Double
    let contactSheet: String?
    let warnings: [String]
    /// What lies there in the end: without the part of a common HDF5 file.
    let outputs: [Artifact]
  }

  init(_ call: VerbCall<ExportDatasetSettings>, _ list: ModelList) throws {
    self.call = call
    if call.options.contactSheet != nil {
      throw UsageError("--contact-sheet is for one model; --report shows several")
    }
    if let path = call.output {
      guard try DatasetTarget(path: path).container == .folder else {
        throw UsageError(
          "several models go into a folder, a set each (--container says what kind); end -o with a slash"
        )
      }
    }
    if let path = call.options.hdf5 {
      guard try DatasetTarget(path: path).container == .hdf5 else {
        throw UsageError("--hdf5 takes a name that ends in .h5")
      }
      guard call.options.shard == nil else {
        throw UsageError(
          "the parts of several runs cannot share one HDF5 file; use -o SETS/ --container hdf5")
      }
    }
    page = call.options.report.map { DatasetReport.page($0, of: call.options.shard) }
    folder = call.output
    items = try list.items.enumerated().filter { call.options.shard?.holds($0.offset) != false }
      .map { _, item in
        (
          item,
          try ExportDatasetSettings(layers: [
            .json(call.options.json, source: "the command line"),
            .json(item.options, source: item.name),
          ])
        )
      }
    var paths = try OutputPaths(read: call.inputs + list.items.map(\.path), output: nil)
    try paths.add(call.options.hdf5, "--hdf5")
    try paths.add(page, "--report", ending: "html")
    try paths.add(page.map(DatasetReport.numbers), "--report")
    if let page { _ = try StagedFile(path: page) }
    for (item, options) in items { try paths.add(output(item, options), "-o") }
  }

  /// Where a model's set goes.
  private func output(_ item: ModelList.Item, _ options: ExportDatasetSettings) -> String? {
    folder.map { ($0.hasSuffix("/") ? $0 : $0 + "/") + item.name + options.container.ending }
  }

  func run(_ work: WorkContext) throws -> VerbResult {
    work.progress.declare([("models", 1)])
    work.progress.enter("models")
    let start = ContinuousClock.now
    var entries: [Entry] = []
    var isWhole = false
    defer { if !isWhole && !call.options.resume { removeParts() } }
    for (index, (item, options)) in items.enumerated() {
      try work.checkCancelled()
      let entry = try run(item, options, number: index, work)
      for warning in entry.warnings { work.log.warn("\(item.name): \(warning)") }
      if case .failure(let error) = entry.outcome {
        work.log.warn("\(item.name) is left out: \(error)")
      }
      entries.append(entry)
    }
    var outputs = entries.flatMap(\.outputs)
    if let path = call.options.hdf5 {
      try gather(entries, into: path)
      outputs.append(Artifact(path: path, mediaType: "application/x-hdf5"))
    }
    isWhole = true
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let report = DatasetReport(entries, seconds: seconds)
    if let page { outputs += try report.write(to: page) }
    return VerbResult(
      outputs: outputs, result: report.json, text: report.text, unmetGuarantee: report.complaint)
  }

  private func run(
    _ item: ModelList.Item, _ options: ExportDatasetSettings, number: Int, _ work: WorkContext
  ) throws -> Entry {
    var options = options
    (options.shard, options.report, options.hdf5, options.contactSheet) = (nil, nil, nil, nil)
    if let page {
      options.contactSheet = DatasetReport.picture(of: item.name, page)
    }
    var output = output(item, options)
    if call.options.hdf5 != nil {
      if output == nil { output = part(item.name) } else { options.hdf5 = part(item.name) }
    }
    let inner = VerbCall(
      options: options, inputs: [item.path], output: output, seed: call.seed, preset: call.preset)
    let log = LogSink()
    let total = Double(items.count)
    let progress = ProgressMeter { report in
      work.progress.update((Double(number) + report.fraction) / total)
    }
    let start = ContinuousClock.now
    let outcome = Result {
      try DatasetJob(inner, path: item.path, name: item.name).run(
        WorkContext(
          threads: work.threads, progress: progress, cancellation: work.cancellation, log: log))
    }
    // What stops one model for its own sake is told; what would stop all of them stops.
    if case .failure(let error) = outcome {
      guard let error = error as? any ExplainedError,
        [.unreadableInput, .usage].contains(error.kind)
      else {
        throw error
      }
    }
    let own = call.options.hdf5.map { _ in part(item.name) }
    return Entry(
      item: item, outcome: outcome, seconds: (ContinuousClock.now - start) / .seconds(1),
      contactSheet: options.contactSheet, warnings: log.warnings,
      outputs: ((try? outcome.get().outputs) ?? []).filter { $0.path != own })
  }

  /// Where a model's part of the common HDF5 file lies until all are there.
  private func part(_ name: String) -> String {
    let url = URL(fileURLWithPath: call.options.hdf5!)
    return url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).parts/\(name).h5").path
  }

  /// One HDF5 file with a group for each model.
  private func gather(_ entries: [Entry], into path: String) throws {
    let file = try StagedFile(path: path)
    var writer = try HDF5Writer(path: file.temporaryPath, shownAs: path)
    for entry in entries {
      guard case .success = entry.outcome else { continue }
      try writer.copy(from: part(entry.item.name), to: entry.item.name)
    }
    try writer.finish()
    try file.commit()
    removeParts()
  }

  private func removeParts() {
    guard let path = call.options.hdf5 else { return }
    let url = URL(fileURLWithPath: path)
    try? FileManager.default.removeItem(
      at: url.deletingLastPathComponent()
        .appendingPathComponent(".\(url.lastPathComponent).parts"))
  }
}

extension DatasetTarget.Container: SettingChoice {
  /// What the names of such sets end in.
  var ending: String {
    switch self {
    case .zip: ".zip"
    case .tar: ".tar"
    case .hdf5: ".h5"
    case .folder: "/"
    }
  }
}
