/// The style sheet of the page.
enum HTMLStyle {
  static let rules = """
    :root { color-scheme: light dark; \(Palette.light.properties) }
    @media (prefers-color-scheme: dark) { :root { \(Palette.dark.properties) } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 \(ChartStyle.font); }
    main { max-width: 84rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.2rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--rule); }
    p, ul { max-width: 50rem; margin: 0.6rem 0; }
    li { margin: 0.25rem 0; }
    .headline { border-left: 4px solid var(--student); padding: 0.1rem 0 0.1rem 1rem; }
    .result { font-size: 1.12rem; font-weight: 600; }
    .notice { border: 1px solid var(--over); border-left-width: 4px; padding: 0.25rem 1rem; margin: 1rem 0; }
    figure { margin: 1rem 0; }
    svg.chart { display: block; max-width: 100%; height: auto; }
    .scroll { overflow-x: auto; margin: 1rem 0; }
    .scroll:focus-visible { outline: 2px solid var(--student); }
    table { border-collapse: collapse; font-size: 0.85rem; line-height: 1.4; }
    caption { text-align: left; color: var(--soft); padding: 0.25rem 0.6rem 0.5rem 0; }
    th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--rule); }
    thead th { vertical-align: bottom; color: var(--soft); font-weight: 600; border-bottom-color: var(--soft); }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    thead th.number { white-space: normal; }
    .words { min-width: 15rem; }
    .code { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; }
    .facts th { font-weight: 600; color: var(--soft); min-width: 11rem; padding-left: 0; }
    .facts td { overflow-wrap: anywhere; }
    summary { cursor: pointer; }
    @media (max-width: 40rem) { .facts th, .facts td { display: block; min-width: 0; padding-left: 0; } .facts th { border-bottom: 0; padding-bottom: 0; } }
    \(ChartStyle.pageRules)
    """
}
