use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};

use super::super::options::Limits;
use super::super::refusal::Refusal;
use super::super::variable::Scope;

/// What a walk is to know besides the document.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Walk<'a> {
    pub(in super::super) limits: &'a Limits,
    pub(in super::super) introspection: bool,
    /// Of the operation that is run.
    pub(in super::super) scope: Scope<'a>,
}

/// Refuses a document that is over a limit, in time linear in its text: each fragment is counted once, wherever it is
/// spread. Operations and fragments that are not run count, too, since validation walks them; but nobody asks for their
/// answers.
pub(in super::super) fn check(document: &ExecutableDocument, walk: Walk<'_>) -> Result<(), Refusal> {
    Counter::new(document, walk).check()
}

fn over(limit: &'static str, maximum: usize) -> Refusal {
    Refusal::TooComplex { limit, maximum }
}

/// What a selection set comes to, its fragments put in. Sums saturate: a chain of fragments doubles them.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    depth: usize,
    nesting: usize,
    selections: usize,
    aliases: usize,
    directives: usize,
    /// Fields of the answer.
    complexity: usize,
    /// Of those, what is below `edges` and `nodes`, and so counts once per row of the connection that has them.
    rows: usize,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.complexity = self.complexity.saturating_add(other.complexity);
        self.rows = self.rows.saturating_add(other.rows);
    }

    fn within(self, limits: &Limits) -> Result<(), Refusal> {
        for (limit, counted, maximum) in [
            ("levels of fields", self.depth, limits.depth),
            ("selection sets within each other", self.nesting, limits.nesting),
            ("fields and fragments", self.selections, limits.selections),
            ("aliases", self.aliases, limits.aliases),
            ("directives", self.directives, limits.directives),
        ] {
            if counted > maximum {
                return Err(over(limit, maximum));
            }
        }
        Ok(())
    }

    fn answer_within(self, limits: &Limits) -> Result<(), Refusal> {
        let answer = self.complexity.saturating_add(self.rows);
        if answer > limits.complexity { Err(over("fields of the answer", limits.complexity)) } else { Ok(()) }
    }
}

/// What is known of a fragment.
#[derive(Clone, Copy)]
enum Progress {
    /// Being counted: a spread of it now would be a cycle.
    Begun,
    Counted(Cost),
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    walk: Walk<'a>,
    /// What they come to in the scope of the operation that is run, so that all operations share them.
    fragments: HashMap<&'a str, Progress>,
    #[cfg(test)]
    selections: usize,
}

impl<'a> Counter<'a> {
    fn new(document: &'a ExecutableDocument, walk: Walk<'a>) -> Self {
        Self {
            document,
            walk,
            fragments: HashMap::new(),
            #[cfg(test)]
            selections: 0,
        }
    }

    fn check(&mut self) -> Result<(), Refusal> {
        let limits = self.walk.limits;
        let document = self.document;
        if document.operations.iter().len() > limits.operations {
            return Err(over("operations", limits.operations));
        }
        for (_, operation) in document.operations.iter() {
            let operation = &operation.node;
            let cost = self.operation(operation)?;
            cost.within(limits)?;
            if self.walk.scope.operation().is_some_and(|run| std::ptr::eq(run, operation)) {
                cost.answer_within(limits)?;
            }
        }
        for name in document.fragments.keys() {
            self.fragment(name, 0)?.within(limits)?;
        }
        Ok(())
    }

    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Cost, Refusal> {
        let mut cost = self.selection_set(&operation.selection_set.node, 0)?;
        let of_variables = operation.variable_definitions.iter().map(|variable| variable.node.directives.len());
        cost.directives = cost.directives.saturating_add(operation.directives.len() + of_variables.sum::<usize>());
        Ok(cost)
    }

    /// `level` bounds the recursion, across fragments too.
    fn selection_set(&mut self, set: &'a SelectionSet, level: usize) -> Result<Cost, Refusal> {
        let level = level + 1;
        if level > self.walk.limits.nesting {
            return Err(over("selection sets within each other", self.walk.limits.nesting));
        }
        let mut sum = Cost::default();
        for selection in &set.items {
            #[cfg(test)]
            {
                self.selections += 1;
            }
            let mut cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, level)?,
                Selection::InlineFragment(inline) => self.selection_set(&inline.node.selection_set.node, level)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, level)?,
            };
            cost.directives = cost.directives.saturating_add(selection.node.directives().len());
            cost.selections = cost.selections.saturating_add(1);
            sum.add(cost);
        }
        sum.nesting = sum.nesting.saturating_add(1);
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, level: usize) -> Result<Cost, Refusal> {
        let name = field.name.node.as_str();
        if !self.walk.introspection && matches!(name, "__schema" | "__type") {
            return Err(Refusal::IntrospectionDisabled);
        }
        let mut cost = Cost::default();
        if !field.selection_set.node.items.is_empty() {
            cost = self.selection_set(&field.selection_set.node, level)?;
        }
        cost.depth = cost.depth.saturating_add(1);
        cost.aliases = cost.aliases.saturating_add(usize::from(field.alias.is_some()));
        self.multiply(field, &mut cost);
        cost.complexity = cost.complexity.saturating_add(1);
        if matches!(name, "edges" | "nodes") && field.arguments.is_empty() {
            cost.rows = cost.complexity;
            cost.complexity = 0;
        }
        Ok(cost)
    }

    /// Once per row that the field answers with: a connection has them in `edges` and `nodes`, a plain list is all rows.
    fn multiply(&self, field: &Field, cost: &mut Cost) {
        let rows = ["first", "last"].into_iter().filter_map(|name| self.number(field, name)).max();
        let rows = rows.or_else(|| self.walk.scope.length(field, "ids"));
        if cost.rows > 0 {
            let rows = rows.unwrap_or(self.walk.limits.page);
            cost.complexity = cost.complexity.saturating_add(cost.rows.saturating_mul(rows));
            cost.rows = 0;
        } else if let Some(rows) = rows {
            cost.complexity = cost.complexity.saturating_mul(rows);
        }
    }

    fn number(&self, field: &Field, name: &str) -> Option<usize> {
        let number = self.walk.scope.number(field, name)?.as_u64().unwrap_or_default();
        Some(usize::try_from(number).unwrap_or(usize::MAX))
    }

    fn fragment(&mut self, name: &'a Name, level: usize) -> Result<Cost, Refusal> {
        match self.fragments.get(name.as_str()) {
            Some(Progress::Counted(cost)) => return Ok(*cost),
            Some(Progress::Begun) => return Err(Refusal::Invalid("a fragment spreads itself")),
            None => {}
        }
        // Validation says which fragment is missing.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Cost::default()) };
        self.fragments.insert(name, Progress::Begun);
        let mut cost = self.selection_set(&fragment.node.selection_set.node, level)?;
        cost.directives = cost.directives.saturating_add(fragment.node.directives.len());
        self.fragments.insert(name, Progress::Counted(cost));
        Ok(cost)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn operations_share_their_fragments() {
        let operations = (0..50).map(|at| format!("query Q{at} {{ ...F }}")).collect::<Vec<_>>().join(" ");
        let text = format!("{operations} fragment F on Query {{ {} }}", "hello ".repeat(1_000));
        let document = parse_query(text).unwrap();
        let (limits, variables) = (Limits::default(), Variables::default());
        let walk = Walk { limits: &limits, introspection: true, scope: Scope::new(&variables, None) };
        let mut counter = Counter::new(&document, walk);
        assert_eq!(counter.check(), Ok(()));
        assert_eq!(counter.selections, 50 + 1_000);
    }
}
