import Synchronization

/// How far the work is: phases with weights, each from 0 to 1, folded into one fraction.
public final class ProgressMeter: Sendable {
  /// What an observer sees: the phase's name, and the whole work's fraction from 0 to 1.
  public struct Report: Sendable, Equatable {
    public let phase: String
    public let fraction: Double
  }

  private struct State {
    var phases: [(name: String, weight: Double)] = []
    var index = -1
    var done = 0.0
    var entered: [ContinuousClock.Instant] = []
  }

  private let state = Mutex(State())
  private let observe: @Sendable (Report) -> Void

  public init(observe: @escaping @Sendable (Report) -> Void = { _ in }) { self.observe = observe }

  /// Declares the phases of the work in order. Weights are relative; they need not add up to one.
  public func declare(_ phases: [(name: String, weight: Double)]) {
    state.withLock { $0 = State(phases: phases) }
  }

  /// Enters the next phase, which must be the one declared.
  public func enter(_ name: String) {
    let report = state.withLock { state in
      state.index += 1
      precondition(
        state.index < state.phases.count && state.phases[state.index].name == name,
        "phase \(name) was not declared at place \(state.index)")
      state.done = 0
      state.entered.append(.now)
      return Self.report(state)
    }
    observe(report)
  }

  /// Seconds spent in each phase so far, in order.
  public var timings: [(phase: String, seconds: Double)] {
    state.withLock { state in
      let ends = state.entered.dropFirst() + [.now]
      return zip(state.phases, zip(state.entered, ends)).map { phase, span in
        (phase.name, (span.1 - span.0) / .seconds(1))
      }
    }
  }

  /// Reports the share of the current phase that is done, from 0 to 1.
  public func update(_ fraction: Double) {
    let report = state.withLock { state -> Report? in
      guard state.index >= 0 else { return nil }
      state.done = min(max(fraction, 0), 1)
      return Self.report(state)
    }
    if let report { observe(report) }
  }

  private static func report(_ state: State) -> Report {
    let total = state.phases.reduce(0) { $0 + $1.weight }
    let before = state.phases[..<state.index].reduce(0) { $0 + $1.weight }
    let phase = state.phases[state.index]
    return Report(phase: phase.name, fraction: (before + phase.weight * state.done) / total)
  }
}
