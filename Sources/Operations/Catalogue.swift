public import Settings
public import Work

/// Every verb, once. The command line, help, completions and the service are made from this list.
public enum Catalogue {
  public static let verbs: [AnyVerb] = [
    AnyVerb(MakeSample.self),
    AnyVerb(Inspect.self),
    AnyVerb(Convert.self),
    AnyVerb(DecimateModel.self),
    AnyVerb(OptimizeModel.self),
    AnyVerb(RemeshModel.self),
    AnyVerb(RepairModel.self),
    AnyVerb(HollowModel.self),
    AnyVerb(PreparePrint.self),
    AnyVerb(BooleanModels.self),
    AnyVerb(CompareModels.self),
    AnyVerb(RenderStills.self),
    AnyVerb(RenderTurntable.self),
    AnyVerb(ExportDataset.self),
    AnyVerb(VerifyDataset.self),
    AnyVerb(UnwrapModel.self),
    AnyVerb(BakeModel.self),
    AnyVerb(ReconstructModel.self),
    AnyVerb(CutOutPicture.self),
  ]

  public static func verb(named name: String) -> AnyVerb? { verbs.first { $0.name == name } }
}

extension AnyVerb {
  /// Throws `UsageError` where the verb takes other inputs, or an output where it has none, and where the output would
  /// overwrite an input.
  public func checkPaths(_ inputs: [String], _ output: String?) throws {
    guard inputCount.contains(inputs.count) else {
      let wanted = inputCount.lowerBound
      let what = wanted == 0 ? "no input" : wanted == 1 ? "one input" : "\(wanted) inputs"
      throw UsageError("\(name) takes \(what) but has \(inputs.count): maquette \(name) \(usage)")
    }
    switch self.output {
    case .none:
      if output != nil { throw UsageError("\(name) writes no file; leave -o off") }
    case .optional: break
    case .required:
      if output == nil { throw UsageError("\(name) needs -o: maquette \(name) \(usage)") }
    }
    _ = try OutputPaths(read: inputs, output: output)
  }
}

/// A verb without its type.
public struct AnyVerb: Sendable {
  public let name: String
  public let summary: String
  public let usage: String
  public let inputCount: ClosedRange<Int>
  public let output: OutputRule
  /// The options with their defaults.
  public let options: [SettingDescription]
  /// A JSON schema of the options.
  public let schema: JSONValue
  /// Throws `SettingsError` where the layers do not fit the options.
  public let check: @Sendable (_ layers: [SettingsLayer]) throws -> Void
  /// Checks the layers and runs; the defaults lie under the layers.
  public let run:
    @Sendable (
      _ layers: [SettingsLayer], _ inputs: [String], _ output: String?, _ seed: UInt64,
      _ preset: String?, _ work: WorkContext
    ) throws -> VerbResult

  public init<V: Verb>(_ verb: V.Type) {
    name = V.name
    summary = V.summary
    usage = V.usage
    inputCount = V.inputCount
    output = V.output
    options = V.Options().options
    schema = V.Options.schema
    check = { layers in _ = try V.Options(layers: layers) }
    run = { layers, inputs, output, seed, preset, work in
      let options = try V.Options(layers: layers)
      return try V.run(
        VerbCall(options: options, inputs: inputs, output: output, seed: seed, preset: preset),
        work)
    }
  }
}
