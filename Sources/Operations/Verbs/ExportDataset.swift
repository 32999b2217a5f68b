public import Datasets
import Foundation
public import Rendering
public import Settings
public import Views
public import Work

public struct ExportDatasetSettings: SettingsGroup {
  public var views = ViewSettings()
  public var dataset = DatasetSettings()
  public var render = RenderSettings()

  public var model = ViewedModelSettings()

  @Setting("Draw studio, turn of the light and brightness of each model by lot.")
  public var randomLight = false

  @Setting("Also write a PNG overview of twelve of the views to this path.")
  public var contactSheet: String? = nil

  @Setting("Also write one HDF5 file of arrays to this path; several models have a group each.")
  public var hdf5: String? = nil

  @Setting(
    "Make part I of N: of several models every N-th, of one model every N-th view. I counts from 0 or from 1."
  )
  public var shard: Shard? = nil

  @Setting(
    "Go on where a run of the same command was stopped, and leave what is whole if this one is.")
  public var resume = false

  @Setting("What each of several models becomes.")
  public var container = DatasetTarget.Container.zip

  @Setting(
    "Also write an HTML page about several models to this path, and the same as JSON beside it.")
  public var report: String? = nil

  public init() {}

  /// What says where things go or which part is made, and not what they are.
  static let besides: Set<String> = [
    "contactSheet", "hdf5", "shard", "resume", "container", "report",
  ]
}

/// A part of the work.
public struct Shard: SettingValue, Hashable {
  public let index, count: Int

  public init?(words: String) {
    let parts = words.split(separator: "/").map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count > 0,
      (0...count).contains(index)
    else { return nil }
    // Counted from one, the last is the same as the first counted from zero.
    (self.index, self.count) = (index % count, count)
  }

  public init?(json: JSONValue) {
    guard let text = json.string else { return nil }
    self.init(words: text)
  }

  public var json: JSONValue { .string("\(index)/\(count)") }
  public static var placeholder: String { "I/N" }
  public static var schema: [(key: String, value: JSONValue)] {
    [("type", "string"), ("pattern", "^[0-9]+/[0-9]+$")]
  }

  func holds(_ item: Int) -> Bool { item % count == index }
}

/// Models to training sets.
public enum ExportDataset: Verb {
  public static let name = "dataset"
  public static let summary = "Renders models from all around into posed training sets."
  public static let usage = "MODEL... -o SET.zip|SET.tar|SET.h5|FOLDER/"
  public static let inputCount = 1...100_000
  public static let output = OutputRule.optional(standardOutput: "zip")

  public static func run(_ call: VerbCall<ExportDatasetSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let list = try ModelList(call.inputs)
    if list.isOne {
      return try DatasetJob(call, path: call.inputs[0], name: list.items[0].name).run(work)
    }
    return try DatasetBatch(call, list).run(work)
  }
}
