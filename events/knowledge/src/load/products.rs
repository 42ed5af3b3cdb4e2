//! `products.csv`: of which products of a substance a rule speaks, where not of all.

use super::drugs::Formulary;
use super::fault::{Fault, LoadError};
use super::rules::Rules;
use super::set::{At, Vocabulary};
use super::table::{Row, Table};
use crate::monitoring::Monitoring;
use crate::{Drug, DrugId, Milligrams, Regimen, Route};

/// What a rule says of a substance, it says of these products of it. What nobody knows of a product (no route, no row of
/// the formulary) is taken for one that the rule speaks of.
#[derive(Clone, Debug)]
pub(crate) struct Products {
    at: At,
    /// Taken by one of these routes; by every route when empty.
    routes: Vec<Route>,
    /// Of these rows of the formulary; of every one when empty.
    only: Vec<DrugId>,
    /// And of none of these.
    except: Vec<DrugId>,
    /// Nor of what is of no row and is at most so much a day.
    except_up_to: Option<Milligrams>,
}

impl Products {
    /// Whether a rule speaks of a substance in what is taken so.
    pub(crate) fn mean(&self, at: At, drug: Option<&Drug>, regimen: Option<Regimen>) -> bool {
        if at != self.at {
            return true;
        }
        let route = regimen.is_none_or(|regimen| self.takes_in(regimen.route));
        let Some(drug) = drug else {
            let little = |most: Milligrams| regimen.is_some_and(|regimen| regimen.daily() <= most);
            return route && self.only.is_empty() && !self.except_up_to.is_some_and(little);
        };
        route && self.mean_row(drug)
    }

    /// The same of a row of the formulary, by whichever of its routes it is taken.
    pub(crate) fn mean_drug(&self, drug: &Drug, ingredients: &[At]) -> bool {
        let other = !ingredients.contains(&self.at);
        other || (self.mean_row(drug) && drug.routes.iter().any(|route| self.takes_in(*route)))
    }

    fn takes_in(&self, route: Route) -> bool {
        self.routes.is_empty() || self.routes.contains(&route)
    }

    fn mean_row(&self, drug: &Drug) -> bool {
        (self.only.is_empty() || self.only.contains(&drug.id)) && !self.except.contains(&drug.id)
    }
}

/// Reads the table and hands each row to the rules that it names.
pub(crate) fn read(
    table: &Table,
    words: &Vocabulary,
    drugs: &Formulary,
    (rules, monitoring): (&mut Rules, &mut Monitoring),
) -> Result<(), LoadError> {
    for row in table.rows() {
        row.words("source")?;
        let products = products(&row, words, drugs)?;
        let named = row.list("rules")?;
        if named.is_empty() {
            return Err(row.fault(Fault::EmptyText("rules")));
        }
        for id in named {
            if !(rules.narrow(id, &products) || monitoring.narrow(id, &products)) {
                return Err(row.invalid("rules", id));
            }
        }
    }
    Ok(())
}

fn products(row: &Row<'_>, words: &Vocabulary, drugs: &Formulary) -> Result<Products, LoadError> {
    let at = words.ingredient(row, row.text("ingredient")?)?;
    let named = |column| -> Result<Vec<DrugId>, LoadError> {
        let mut all = Vec::new();
        for name in row.list(column)? {
            let id: DrugId = row.stored(column, name)?;
            if drugs.get(&id).is_none_or(|entry| !entry.ingredients.contains(&at)) {
                return Err(row.fault(Fault::UnknownDrug(name.to_owned())));
            }
            all.push(id);
        }
        Ok(all)
    };
    let routes = row.list("routes")?.into_iter().map(|route| row.stored("routes", route));
    let except_up_to = match row.number("except_up_to_mg")? {
        None => None,
        Some(mg) => Some(Milligrams::parse(mg).map_err(|_| row.invalid("except_up_to_mg", &mg.to_string()))?),
    };
    let products = Products {
        at,
        routes: routes.collect::<Result<_, _>>()?,
        only: named("only")?,
        except: named("except")?,
        except_up_to,
    };
    if products.routes.is_empty() && products.only.is_empty() && products.except.is_empty() {
        return Err(row.fault(Fault::EmptyText("routes")));
    }
    Ok(products)
}
